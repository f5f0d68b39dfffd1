import { moveEnvironmentClock } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { readClock } from '@flexprice/database/connection'
import { invalid } from '@flexprice/domain'
import { clockMoveProblem } from '@flexprice/domain/time'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { ownEnvironment } from './own-environment.ts'

/** Refused at once where it cannot be; the workflow looks again, as the clock may have moved meanwhile. */
export function moveEnvironmentClockRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(moveEnvironmentClock),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      ownEnvironment(scoped, request.params.id)
      const { now } = request.body
      const message = clockMoveProblem(now, await readClock(scoped))
      if (message !== undefined) throw invalid([{ path: 'now', message }])
      const input = { kind: 'clock', to: now.toISOString() } as const
      const { workflowId, runId } = await temporal.startWorkflow(
        workflows['cron-billing'],
        input,
        scoped.scope,
      )
      return reply.code(202).send({
        message: `The clock is moved to ${input.to}, and what falls due on the way is billed`,
        workflow_id: workflowId,
        run_id: runId,
      })
    },
  })
}
