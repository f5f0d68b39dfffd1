import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { requestIdentity } from '../plugins/request-identity.ts'

/** The caller's key, or one of ours: so the work's own retries are safe for a request without one, too. */
export function requestKey(request: FastifyRequest): string {
  return requestIdentity(request)?.key ?? randomUUID()
}
