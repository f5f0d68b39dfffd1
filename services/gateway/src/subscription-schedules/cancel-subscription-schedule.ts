import { cancelSubscriptionSchedule } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { cancelSchedule, getSchedule, type ScheduleRow } from '@flexprice/database/schedules'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function cancelSubscriptionScheduleRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(cancelSubscriptionSchedule),
    async handler(request, reply) {
      const { schedule_id: id } = request.params
      expectIdOf('subscriptionSchedule', id)
      await inTransaction(callerDatabase(database, request), async (scoped) => {
        refuseOther(request.body, await getSchedule(scoped, id))
        await cancelSchedule(scoped, id, await readNow(scoped))
      })
      return reply.send({ status: 'cancelled', message: `Schedule ${id} is cancelled` })
    },
  })
}

type Asked = typeof cancelSubscriptionSchedule.schema.body._output

/** Nothing that is said is passed over: it names the schedule of the path, or the request is a mistake. */
function refuseOther(asked: Asked, { id, subscription_id, schedule_type }: ScheduleRow): void {
  const is = { schedule_id: id, subscription_id, schedule_type }
  const fields = ['schedule_id', 'subscription_id', 'schedule_type'] as const
  const problems = fields.flatMap((path) =>
    asked[path] === undefined || asked[path] === is[path] ? [] : [{ path, message: `is ${is[path]}` }],
  )
  if (problems.length > 0) throw invalid(problems)
}
