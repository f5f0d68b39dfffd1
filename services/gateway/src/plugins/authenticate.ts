import { timingSafeEqual } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import { type Database, type FoundApiKey, hashApiKey } from '@flexprice/database'
import { assert, CodedError, type Scope } from '@flexprice/domain'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppConfig } from '../config.ts'
import type { KeyUses } from './note-key-uses.ts'
import { inContextOf } from './trace-requests.ts'

/**
 * Every route of the app needs an API key (`x-api-key`), which gives the request its scope, and counts
 * against the key's limit. The limit comes first and goes by the key's hash, so that a flood of one key
 * costs the database nothing. A key is looked up for each request: a revoked one is dead at once.
 */
export async function authenticate(
  app: FastifyInstance,
  { database, keyUses }: { readonly database: Pick<Database, 'findApiKey'>; readonly keyUses: KeyUses },
  { rateLimitPerSecond }: Pick<AppConfig, 'rateLimitPerSecond'>,
): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: rateLimitPerSecond,
    timeWindow: rateWindowMs,
    cache: keysCountedMax,
    keyGenerator: (request) => hashApiKey(givenKey(request)).toString('base64url'),
  })
  const countRequest = app.createRateLimit()
  app.decorateRequest('scope', null)
  app.addHook('onRequest', async (request) => {
    const hash = hashApiKey(givenKey(request))
    const count = await countRequest(request)
    if (!count.isAllowed && count.isExceeded) {
      throw new CodedError('too_many_requests', `More than ${count.max} requests a second with this key`, {
        retryAfterMs: count.ttl,
      })
    }
    const { id, tenantId, environmentId, userId } = expectValid(await database.findApiKey(hash), hash)
    keyUses.note(id)
    request.scope = { tenantId, environmentId, userId, requestId: request.id }
    request.workContext = { requestId: request.id, tenantId, environmentId }
  })
  // Hooks that wait hand their own context on, not the one of the request with its scope.
  app.addHook('onRequest', (request, _reply, done) => inContextOf(request, done))
}

/** On whose behalf the request is made. Only for routes behind `authenticate`. */
export function callerScope(request: FastifyRequest): Scope {
  assert(request.scope !== null, 'the route lies behind authentication')
  return request.scope
}

const rateWindowMs = 1_000
const keysCountedMax = 10_000
const keyLengthMax = 200

function givenKey(request: FastifyRequest): string {
  const key = request.headers['x-api-key']
  if (key === undefined || key === '') throw unauthenticated('An API key is needed in the header x-api-key')
  // Longer than any key of ours: not worth hashing.
  if (typeof key !== 'string' || key.length > keyLengthMax) throw unauthenticated('The API key is not valid')
  return key
}

function expectValid(key: FoundApiKey | undefined, hash: Buffer): FoundApiKey {
  // One answer for all, so that nobody learns which keys exist.
  if (!key || !timingSafeEqual(key.keyHash, hash) || key.revokedAt !== null || hasExpired(key)) {
    throw unauthenticated('The API key is not valid')
  }
  return key
}

function hasExpired({ expiresAt }: FoundApiKey): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now()
}

function unauthenticated(message: string): CodedError {
  return new CodedError('unauthenticated', message)
}
