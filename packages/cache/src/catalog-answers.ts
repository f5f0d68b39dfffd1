import type { Redis } from './redis.ts'
import { createVersionedCache, type VersionedCache } from './versioned-cache.ts'

/** A change of which Redis was never told is seen within this. */
const ttlMs = 30_000

/** Answers that are made of an environment's catalog, by its id; who changes one of its records makes them void. */
export function createCatalogAnswers(redis: Redis): VersionedCache {
  return createVersionedCache(redis, { name: 'catalog', ttlMs })
}
