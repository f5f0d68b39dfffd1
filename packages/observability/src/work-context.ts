import { AsyncLocalStorage } from 'node:async_hooks'

/** The ids of the work at hand, as far as they are known. Every log line carries them. */
export interface WorkContext {
  readonly requestId?: string | undefined
  readonly tenantId?: string | undefined
  readonly environmentId?: string | undefined
  readonly workflowId?: string | undefined
  readonly runId?: string | undefined
  readonly activityId?: string | undefined
}

/**
 * Runs `fn`, and everything it awaits or calls back, with these ids added to the ones around it:
 * a request id is known before the tenant is, so contexts nest. Works with a callback too
 * (`runInWorkContext({ tenantId }, done)` in a Fastify hook covers the rest of the request).
 */
export function runInWorkContext<T>(context: WorkContext, fn: () => T): T {
  return storage.run({ ...storage.getStore(), ...context }, fn)
}

/** The ids in force here; empty outside of any work. */
export function workContext(): WorkContext {
  return storage.getStore() ?? noWork
}

const storage = new AsyncLocalStorage<WorkContext>()
const noWork: WorkContext = Object.freeze({})
