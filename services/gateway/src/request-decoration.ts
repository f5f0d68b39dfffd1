import type { Scope } from '@flexprice/domain'
import type { WorkContext } from '@flexprice/observability'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticate`; read it by `callerScope`. */
    scope: Scope | null
    /** The ids that log lines about this request carry, as far as they are known yet. */
    workContext: WorkContext | null
  }
}
