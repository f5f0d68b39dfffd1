import { AsyncLocalStorage } from 'node:async_hooks'
import { contextHeader } from '@flexprice/contracts/workflows/context-header'
import type { Scope } from '@flexprice/domain'
import type { WorkflowClientInterceptor } from '@temporalio/client'
import { defaultPayloadConverter, type Headers } from '@temporalio/common'

/** Writes the caller's scope into the header of what is started, where the worker's activities find it. */
export function createContextInterceptor(): ContextInterceptor {
  const callers = new AsyncLocalStorage<Scope>()
  const withContext = (headers: Headers): Headers => {
    const scope = callers.getStore()
    return scope === undefined ? headers : { ...headers, [contextHeader]: toPayload(scope) }
  }
  return {
    actFor: (scope, start) => callers.run(scope, start),
    interceptor: {
      startWithDetails: (input, next) => next({ ...input, headers: withContext(input.headers) }),
      signalWithStart: (input, next) => next({ ...input, headers: withContext(input.headers) }),
    },
  }
}

export interface ContextInterceptor {
  actFor<Answer>(scope: Scope, start: () => Promise<Answer>): Promise<Answer>
  readonly interceptor: WorkflowClientInterceptor
}

/** Field by field, as a scope may be a larger object of the gateway's. */
function toPayload(scope: Scope) {
  const { tenantId, environmentId, userId, requestId } = scope
  return defaultPayloadConverter.toPayload({ tenantId, environmentId, userId, requestId })
}
