import { timingSafeEqual } from 'node:crypto'
import { createRateLimiter, type RateLimiter, type Redis } from '@flexprice/cache'
import type { FoundApiKey } from '@flexprice/database/connection'
import { hashApiKey } from '@flexprice/database/tenancy'
import { assert, CodedError, type Scope } from '@flexprice/domain'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { addressBlock } from './address-block.ts'
import { lookUpTogether } from './look-up-together.ts'
import type { KeyUses } from './note-key-uses.ts'
import { inContextOf } from './trace-requests.ts'

/**
 * Every route of the app needs an API key (`x-api-key`), which gives the request its scope, and counts
 * against the key's limit. Count and key are one round trip to Redis; only a key that no cache holds is
 * looked up in the database, after the count, and by itself as often as its address may cause that for nothing.
 */
export function authenticate(
  app: FastifyInstance,
  {
    database,
    redis,
    keys,
    keyUses,
  }: Pick<Dependencies, 'database' | 'redis' | 'keys'> & { keyUses: KeyUses },
  config: Pick<AppConfig, 'rateLimitPerSecond' | 'eventLimitPerSecond' | 'unknownKeysMax'>,
): void {
  const perKey = createRateLimiter(redis, {
    name: 'key',
    limit: config.rateLimitPerSecond,
    windowMs: rateWindowMs,
  })
  const eventsPerKey = eventLimit(redis, config)
  const perAddress = createRateLimiter(redis, {
    name: 'unknown-key',
    limit: config.unknownKeysMax,
    windowMs: unknownKeysWindowMs,
  })
  const findTogether = lookUpTogether((hashes) => database.findApiKeys(hashes))
  app.decorateRequest('scope', null)
  app.decorateRequest('limitedBy', null)
  app.addHook('onRequest', async (request) => {
    const hash = hashApiKey(givenKey(request))
    request.limitedBy = hash.toString('base64url')
    const ofEvents = request.routeOptions.config.operation?.limit === 'events'
    const counted = expectAllowed(ofEvents ? eventsPerKey : perKey, request.limitedBy)
    const lookUp = async (): Promise<FoundApiKey | undefined> => {
      await counted
      return findKnown(perAddress, addressBlock(request.ip), {
        alone: () => database.findApiKey(hash),
        together: () => findTogether(hash),
      })
    }
    const [found] = await Promise.all([keys.find(hash, lookUp), counted])
    const { id, tenantId, environmentId, userId } = expectValid(found, hash)
    keyUses.note(id)
    request.scope = { tenantId, environmentId, userId, requestId: request.id }
    request.workContext = { requestId: request.id, tenantId, environmentId }
  })
  // Hooks that wait hand their own context on, not the one of the request with its scope.
  app.addHook('onRequest', (request, _reply, done) => inContextOf(request, done))
}

/** How many events a key may send, one by one or many at once. */
export function eventLimit(redis: Redis, config: Pick<AppConfig, 'eventLimitPerSecond'>): RateLimiter {
  return createRateLimiter(redis, {
    name: 'events',
    limit: config.eventLimitPerSecond,
    windowMs: rateWindowMs,
  })
}

/** On whose behalf the request is made. Only for routes behind `authenticate`. */
export function callerScope(request: FastifyRequest): Scope {
  assert(request.scope !== null, 'the route lies behind authentication')
  return request.scope
}

const rateWindowMs = 1_000
const unknownKeysWindowMs = 10_000
const keyLengthMax = 200

function givenKey(request: FastifyRequest): string {
  const key = request.headers['x-api-key']
  if (key === undefined || key === '') throw unauthenticated('An API key is needed in the header x-api-key')
  // Longer than any key of ours: not worth hashing.
  if (typeof key !== 'string' || key.length > keyLengthMax) throw unauthenticated('The API key is not valid')
  return key
}

/** @throws too_many_requests with the time to wait */
export async function expectAllowed(
  limiter: RateLimiter,
  key: string,
  cost = 1,
  otherwise = 'More requests or events a second than this key may send',
): Promise<void> {
  const { allowed, retryAfterMs } = await limiter.count(key, cost)
  if (!allowed) throw new CodedError('too_many_requests', otherwise, { retryAfterMs })
}

interface LookUps {
  readonly alone: () => Promise<FoundApiKey | undefined>
  readonly together: () => Promise<FoundApiKey | undefined>
}

/**
 * Counted before the look-up, so that many at once cannot slip past; a key that exists counts for nothing. An address
 * that has sent too many unknown ones is looked up for together with others, one statement at a time: a flood costs the
 * database no more than that, and a right key of the same address is let in all the same.
 */
async function findKnown(
  perAddress: RateLimiter,
  address: string,
  find: LookUps,
): Promise<FoundApiKey | undefined> {
  const { allowed, retryAfterMs } = await perAddress.count(address)
  const key = await (allowed ? find.alone() : find.together())
  if (key !== undefined) await perAddress.giveBack(address)
  else if (!allowed) {
    throw new CodedError('too_many_requests', 'Too many unknown API keys from this address', { retryAfterMs })
  }
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
