/**
 * Redis, and what it is for: caches and limits that all processes share. Everything here works, slower or less
 * exactly, while Redis is away, and nobody waits for it longer than some tens of milliseconds. It must never
 * hold what exists nowhere else, and never know HTTP, SQL or the business.
 */
export { type Cache, type CacheOptions, createCache } from './cache.ts'
export { createCatalogAnswers } from './catalog-answers.ts'
export { apiKeyCache, forgetFromOutside } from './forgotten-mark.ts'
export { createRateLimiter, type RateLimiter } from './rate-limiter.ts'
export { createRedis, type Redis } from './redis.ts'
export { type RedisSettings, redisSettings } from './redis-settings.ts'
export { createRounds } from './rounds.ts'
export { createVersionedCache, type VersionedCache } from './versioned-cache.ts'
