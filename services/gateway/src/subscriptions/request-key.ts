import { createHash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { stringify } from 'safe-stable-stringify'
import { requestIdentity } from '../plugins/request-identity.ts'

/** The caller's key, or one of ours: so the work's own retries are safe for a request without one, too. */
export function requestKey(request: FastifyRequest): string {
  return requestIdentity(request)?.key ?? randomUUID()
}

/**
 * What is asked for, in whatever order its fields come and through whichever door: an item of a list is the
 * same request as one of its own. Not the plugin's fingerprint, which is that of the whole HTTP request.
 */
export function requestHash(asked: object): string {
  return createHash('sha256')
    .update(stringify(asked) ?? '')
    .digest('base64url')
}
