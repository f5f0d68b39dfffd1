import { getEnvironmentClock } from '@flexprice/contracts/operations'
import { findClockMove } from '@flexprice/database/billing'
import { readClock } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { ownEnvironment } from './own-environment.ts'

export function getEnvironmentClockRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getEnvironmentClock),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const environment_id = ownEnvironment(scoped, request.params.id)
      const [{ clockAt, timeOfDay }, move] = await Promise.all([readClock(scoped), findClockMove(scoped)])
      const { clock_from: from, workflow_id, workflow_run_id: run_id } = move ?? {}
      return reply.send({
        environment_id,
        kind: clockAt === null ? 'time_of_day' : 'test',
        now: clockAt ?? timeOfDay,
        move:
          move && from && workflow_id && run_id
            ? { from, to: move.as_of, billing_run_id: move.id, workflow_id, run_id }
            : undefined,
      })
    },
  })
}
