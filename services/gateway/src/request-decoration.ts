import type { Operation } from '@flexprice/contracts/wire'
import type { IdempotentWork, RequestIdentity } from '@flexprice/database/idempotency'
import type { Scope } from '@flexprice/domain'
import type { WorkContext } from '@flexprice/observability'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticate`; read it by `callerScope`. */
    scope: Scope | null
    /** By what the key's limits count: the hash of its secret. */
    limitedBy: string | null
    /** The ids that log lines about this request carry, as far as they are known yet. */
    workContext: WorkContext | null
    /** Set when the caller sent an `Idempotency-Key`; read it by `requestIdentity`. */
    identity: RequestIdentity | null
    /** The transaction that the request's work and its stored answer share; read it by `callerDatabase`. */
    idempotentWork: IdempotentWork | null
    /** The version to keep the answer under, where the catalog's cache is to keep it. */
    catalogVersion: string | null
    /** Refused at the door: no line of the log tells of it. */
    isShed: boolean
    /** Counts it no more among those that are under way to their place; see `takePlaces`. */
    leaveDoor: (() => void) | null
    /** Gives its place among the requests at work back, once; see `leaveWork`. */
    leaveWork: (() => void) | null
    /** What was ignored of the request, by path; null where unknown fields are refused. */
    ignoredFields: string[] | null
    /** What has to happen once that work is committed; add to it by `afterCommit`. */
    afterCommit: (() => Promise<unknown>)[] | null
  }

  interface FastifyContextConfig {
    readonly operation?: Operation
  }
}
