import { moveEnvironmentClock } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { findClockMove } from '@flexprice/database/billing'
import { readClock, type Scoped } from '@flexprice/database/connection'
import { invalid, isCodedError } from '@flexprice/domain'
import { clockMoveProblem } from '@flexprice/domain/time'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { requestIdentity } from '../plugins/request-identity.ts'
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
      const to = now.toISOString()
      const { workflow_id, run_id } = await startOrFind({ temporal }, scoped, {
        to: now,
        isSure: requestIdentity(request) !== undefined,
      })
      return reply.code(202).send({
        message: `The clock is moved to ${to}, and what falls due on the way is billed`,
        workflow_id,
        run_id,
      })
    },
  })
}

/**
 * @param move.isSure the request has a key: the move to that instant that goes on is the one that an earlier try of it
 *   has started, whose answer was lost
 * @throws already_exists for a second move
 */
async function startOrFind(
  { temporal }: Pick<Dependencies, 'temporal'>,
  scoped: Scoped,
  { to, isSure }: { to: Date; isSure: boolean },
): Promise<{ workflow_id: string; run_id: string }> {
  try {
    const input = { kind: 'clock', to: to.toISOString() } as const
    const { workflowId, runId } = await temporal.startWorkflow(workflows['cron-billing'], input, scoped.scope)
    return { workflow_id: workflowId, run_id: runId }
  } catch (error) {
    if (!isSure || !isCodedError(error) || error.code !== 'already_exists') throw error
    const { as_of, workflow_id, workflow_run_id: run_id } = (await findClockMove(scoped)) ?? {}
    if (as_of?.getTime() !== to.getTime() || !workflow_id || !run_id) throw error
    return { workflow_id, run_id }
  }
}
