import type { Database, Scoped } from '@flexprice/database/connection'
import type { FastifyRequest } from 'fastify'
import { callerScope } from './plugins/authenticate.ts'

/**
 * The database as the request's caller sees it. Under an `Idempotency-Key` it is the transaction that the
 * answer is stored in: what the handler writes commits with it, just before the answer is sent.
 */
export function callerDatabase(database: Pick<Database, 'scoped'>, request: FastifyRequest): Scoped {
  return request.idempotentWork?.scoped ?? database.scoped(callerScope(request))
}

/**
 * Does what may happen only once the handler's writes are committed, and before they are answered: telling
 * caches. Now, or after the request's own transaction where it has one. The work must not fail.
 */
export async function afterCommit(request: FastifyRequest, work: () => Promise<unknown>): Promise<void> {
  if (request.idempotentWork === null) await work()
  else request.afterCommit = [...(request.afterCommit ?? []), work]
}
