import { apiKeyCache, type Cache, createCache, type Redis } from '@flexprice/cache'
import type { FoundApiKey } from '@flexprice/database/connection'
import { z } from 'zod'

/** Keys that were found, by their secrets' hashes, so that a request costs PostgreSQL no look-up of its key. */
export interface KeyCache {
  find(hash: Buffer, load: () => Promise<FoundApiKey | undefined>): Promise<FoundApiKey | undefined>
  /**
   * To be called by `afterCommit` when a key was revoked or its end was set, with what `findApiKeyHash` found
   * before: when it returns, the key is dead in every gateway that reaches Redis, in others within twice the
   * copies' time. It never fails.
   */
  forget(hash: Buffer): Promise<void>
}

/** A revocation of which Redis was never told is seen within twice this: the 30 s of the HTTP API's page. */
const copyMs = 15_000
const keysMax = 10_000

export function createKeyCache(redis: Redis): KeyCache {
  const cache: Cache<FoundApiKey> = createCache<FoundApiKey>(redis, {
    name: apiKeyCache.name,
    ttlMs: copyMs,
    entriesMax: keysMax,
    toJson: (key) => ({ ...key, keyHash: apiKeyCache.keyOf(key.keyHash) }),
    fromJson: (stored) => storedKey.safeParse(stored).data,
  })
  return {
    find: (hash, load) => cache.get(apiKeyCache.keyOf(hash), load),
    async forget(hash) {
      await cache.forget(apiKeyCache.keyOf(hash))
    },
  }
}

const storedKey = z.object({
  id: z.string(),
  tenantId: z.string(),
  environmentId: z.string(),
  userId: z.string(),
  keyHash: z.string().transform((text) => Buffer.from(text, 'base64url')),
  expiresAt: z.coerce.date().nullable(),
  revokedAt: z.coerce.date().nullable(),
})
