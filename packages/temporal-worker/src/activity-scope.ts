import { AsyncLocalStorage } from 'node:async_hooks'
import { contextHeader } from '@flexprice/contracts/workflows/context-header'
import { CodedError, type Scope } from '@flexprice/domain'
import { defaultPayloadConverter, type Headers } from '@temporalio/common'

/**
 * On whose behalf the activity at hand works. A service's `main.ts` gives it to the activities it makes;
 * they need not know of Temporal's headers. Throws outside of an activity.
 */
export function currentScope(): Scope {
  const scope = scopes.getStore()
  if (scope === undefined) throw new Error('A scope is known inside of an activity only')
  return scope
}

export function runInScope<Answer>(scope: Scope, work: () => Answer): Answer {
  return scopes.run(scope, work)
}

/** Once an activity. A workflow that somebody started by hand, without a scope, is refused for good. */
export function scopeFromHeaders(headers: Headers): Scope {
  const payload = headers[contextHeader]
  const scope: unknown = payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload)
  if (!isScope(scope)) {
    throw new CodedError('invalid_operation', 'The workflow was started without the context of its caller')
  }
  return scope
}

const scopes = new AsyncLocalStorage<Scope>()

const fields = ['tenantId', 'environmentId', 'userId', 'requestId'] as const satisfies (keyof Scope)[]

function isScope(value: unknown): value is Scope {
  if (typeof value !== 'object' || value === null) return false
  const given = new Map(Object.entries(value))
  return fields.every((field) => typeof given.get(field) === 'string' && given.get(field) !== '')
}
