import { listAllSubscriptionSchedules } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { searchSchedules } from '@flexprice/database/schedules'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { scheduleResponse } from './schedule-response.ts'

export function listAllSubscriptionSchedulesRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(listAllSubscriptionSchedules),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { schedule_status: statuses, ...search } = request.query
      const { items, total } = await searchSchedules(scoped, {
        ...search,
        schedule_status: statuses?.flatMap((status) => (status === 'cancelled' ? cancelled : status)),
      })
      const now = await readNow(scoped)
      return reply.send({ schedules: items.map((row) => scheduleResponse(row, now)), count: total })
    },
  })
}

const cancelled = ['cancelled', 'superseded']
