import { listSubscriptionSchedules } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { searchSchedules } from '@flexprice/database/schedules'
import { pageSizeMax } from '@flexprice/database/search'
import { getSubscription } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { scheduleResponse } from './schedule-response.ts'

export function listSubscriptionSchedulesRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listSubscriptionSchedules),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      await getSubscription(scoped, id)
      const { items, total } = await searchSchedules(scoped, { subscription_id: id, limit: pageSizeMax })
      const now = await readNow(scoped)
      return reply.send({ schedules: items.map((row) => scheduleResponse(row, now)), count: total })
    },
  })
}
