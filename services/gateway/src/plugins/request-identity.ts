import { createHash } from 'node:crypto'
import { idempotencyKey } from '@flexprice/contracts/wire'
import type { RequestIdentity } from '@flexprice/database/idempotency'
import { invalid } from '@flexprice/domain'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { stringify } from 'safe-stable-stringify'

/**
 * Reads the `Idempotency-Key` of a request that may change something, and what the request asks for, while the body is still as it was sent:
 * so the same request is the same after an update, too. Operations with `idempotency: 'own'` find it there.
 *
 * @throws validation_error that names the header
 */
export function identifyRequests(app: FastifyInstance): void {
  app.decorateRequest('identity', null)
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.headers['idempotency-key'] === undefined) return done()
    const key = givenKey(request)
    // What only reads is the same whenever it is asked: its key has nothing to promise.
    if (request.method !== 'GET') request.identity = { key, fingerprint: requestFingerprint(request) }
    done()
  })
}

/** The caller's key and the request's fingerprint; undefined when no key was sent. */
export function requestIdentity(request: FastifyRequest): RequestIdentity | undefined {
  return request.identity ?? undefined
}

/** SHA-256 of operation, path, query and body. The order of a body's fields does not matter. */
function requestFingerprint({ routeOptions, params, query, body }: FastifyRequest): Buffer {
  const asked = stringify([routeOptions.config.operation?.operationId, params, query, body ?? {}])
  return createHash('sha256').update(asked).digest()
}

function givenKey(request: FastifyRequest): string {
  const { data, error } = idempotencyKey.safeParse(request.headers['idempotency-key'])
  if (error === undefined) return data
  throw invalid([{ path: 'Idempotency-Key', message: error.issues[0]?.message ?? 'is no key' }])
}
