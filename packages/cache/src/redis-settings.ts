import type { Environment } from '@flexprice/configuration'

export interface RedisSettings {
  /** None: everything works without caches, with limits per process. */
  readonly url: string | undefined
  readonly timeoutMs: number
}

/** Where Redis is, and how long it may be waited for. Fits `createRedis(settings, deps)`. */
export function redisSettings(env: Environment): RedisSettings {
  return {
    url: env.url('REDIS_URL', ['redis', 'rediss'], {
      meaning: 'Redis, for caches and limits; without any, limits are counted per process',
      otherwise: undefined,
    }),
    timeoutMs: env.integer('REDIS_TIMEOUT_MS', {
      meaning: 'how long a request waits for Redis before it goes on without',
      unit: 'ms',
      otherwise: 50,
      min: 1,
      max: 10_000,
    }),
  }
}
