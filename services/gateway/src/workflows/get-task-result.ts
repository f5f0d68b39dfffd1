import { getTaskResult } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import { callerGone } from '../caller-gone.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { leaveWork } from '../plugins/take-places.ts'
import { type Api, routeOf } from '../route.ts'
import { workflowState } from './workflow-state.ts'

/** @param closing aborts when the process is to stop: whoever waits is told how far the work is instead */
export function getTaskResultRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  { waitMsMax }: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(getTaskResult),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { workflow_id, run_id, wait = 0 } = request.query
      leaveWork(request)
      const state = await workflowState({ temporal, scoped }, workflow_id, {
        runId: run_id,
        waitMs: Math.min(wait, waitMsMax),
        signal: callerGone(reply, closing),
      })
      return reply.send(state)
    },
  })
}
