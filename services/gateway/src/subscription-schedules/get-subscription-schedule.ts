import { getSubscriptionSchedule } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { getSchedule } from '@flexprice/database/schedules'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { scheduleResponse } from './schedule-response.ts'

export function getSubscriptionScheduleRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSubscriptionSchedule),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { schedule_id: id } = request.params
      expectIdOf('subscriptionSchedule', id)
      return reply.send(scheduleResponse(await getSchedule(scoped, id), await readNow(scoped)))
    },
  })
}
