import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Redis } from './redis.ts'
import { createRounds } from './rounds.ts'

/** How often something may happen in a window of time, across all processes. */
export interface RateLimiter {
  /** Counts one event, or as many as `cost` says. Never fails. */
  count(key: string, cost?: number): Promise<RateCount>
  /** Takes an event back that turned out not to count, or as many as `cost` says. Never fails. */
  giveBack(key: string, cost?: number): Promise<void>
}

export interface RateCount {
  readonly allowed: boolean
  /** Until the window ends. */
  readonly retryAfterMs: number
}

export interface RateLimiterOptions {
  readonly name: string
  readonly limit: number
  readonly windowMs: number
}

/**
 * Counts in Redis; while that is away, in the process, so that each process then allows the whole limit. The
 * process's counts live for one window, so their number is bounded by what it can take in that time. Events of
 * one key that come together are counted by one command, and each is allowed or refused as if it had come alone.
 */
export function createRateLimiter(redis: Redis, { name, limit, windowMs }: RateLimiterOptions): RateLimiter {
  const options = { keyPrefix: `flexprice:${name}`, points: limit, duration: windowMs / msPerSecond }
  const local = new RateLimiterMemory(options)
  let shared: RateLimiterRedis | undefined
  const inRedis = (storeClient: unknown): RateLimiterRedis => {
    shared ??= new RateLimiterRedis({
      ...options,
      storeClient,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
    })
    return shared
  }
  const countTogether = createRounds<number, RateCount>(async (key, costs) => {
    const cost = costs.reduce((sum, each) => sum + each, 0)
    const counted = await redis.attempt((client) => consume(inRedis(client), key, cost))
    const { consumedPoints, msBeforeNext } = counted.ok ? counted.value : await consume(local, key, cost)
    let counts = consumedPoints - cost
    return costs.map((each) => {
      counts += each
      return { allowed: counts <= limit, retryAfterMs: msBeforeNext }
    })
  })
  return {
    count: (key, cost = 1) => countTogether(key, cost),
    async giveBack(key, cost = 1) {
      const given = await redis.attempt((client) => inRedis(client).reward(key, cost))
      if (!given.ok) await local.reward(key, cost)
    },
  }
}

const msPerSecond = 1_000

/** The library refuses by a rejection, with the same count; a failure of Redis is one, too, and stays one. */
async function consume(
  limiter: Pick<RateLimiterMemory, 'consume'>,
  key: string,
  cost: number,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key, cost)
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal
    throw refusal
  }
}
