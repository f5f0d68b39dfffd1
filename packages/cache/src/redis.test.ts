import { createLogger, createMetrics } from '@flexprice/observability'
import { expect, test } from 'vitest'
import { createRedis, type Redis } from './redis.ts'
import { startRedisServer } from './testing/redis-server.ts'
import { connectRedis, untilAnswers } from './testing/redis-under-test.ts'

const timeoutMs = 50
/** The timeout, and what a busy machine adds. */
const waitMsMax = 200

async function timed(redis: Redis): Promise<{ ok: boolean; tookMs: number }> {
  const began = performance.now()
  const { ok } = await redis.attempt((client) => client.incr('flexprice:test:counter'))
  return { ok, tookMs: performance.now() - began }
}

/** Many at once, over and over: the load that a gateway puts on Redis. */
async function underLoad(redis: Redis, forMs: number): Promise<{ ok: boolean; tookMs: number }[]> {
  const end = performance.now() + forMs
  const worker = async () => {
    const results = []
    while (performance.now() < end) {
      results.push(await timed(redis))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    return results
  }
  return (await Promise.all(Array.from({ length: 20 }, worker))).flat()
}

test('a server that is killed under load fails nothing, holds nobody up, and is used again when it is back', async () => {
  await using server = await startRedisServer()
  await using stack = await connectRedis(timeoutMs, server.url)
  const load = underLoad(stack.redis, 1_500)
  setTimeout(() => void server.kill(), 500)
  const results = await load
  expect(results.filter(({ ok }) => ok).length).toBeGreaterThan(20)
  expect(results.filter(({ ok }) => !ok).length).toBeGreaterThan(20)
  expect(Math.max(...results.map(({ tookMs }) => tookMs))).toBeLessThan(waitMsMax)
  expect(await stack.metrics.render()).toMatch(/redis_breaker_state\{state="disconnected".*\} 1/)

  server.start()
  await untilAnswers(stack.redis)
  expect(await timed(stack.redis)).toMatchObject({ ok: true })
})

test('a server that falls silent costs a few requests the timeout; then the breaker answers at once', async () => {
  await using stack = await connectRedis(timeoutMs)
  await timed(stack.redis)
  stack.proxy.silence()
  const results: { ok: boolean; tookMs: number }[] = []
  for (let request = 0; request < 100; request++) results.push(await timed(stack.redis))
  expect(results.filter(({ ok }) => ok)).toEqual([])
  expect(Math.max(...results.map(({ tookMs }) => tookMs))).toBeLessThan(waitMsMax)
  expect(results.filter(({ tookMs }) => tookMs > timeoutMs / 2).length).toBeLessThanOrEqual(7)
  expect(await stack.metrics.render()).toMatch(/redis_breaker_state\{state="open".*\} 1/)

  await stack.proxy.mend()
  await untilAnswers(stack.redis)
})

test('nobody listens where Redis should be: every attempt says so at once, and the health check fails', async () => {
  await using redis = createRedis(
    { url: 'redis://127.0.0.1:1', timeoutMs },
    { metrics: createMetrics({ service: 'a' }), logger: createLogger({ service: 'a', level: 'fatal' }) },
  )
  expect(await timed(redis)).toMatchObject({ ok: false })
  await expect(redis.ping()).rejects.toThrow()
})

test('a process that was given no Redis is healthy without it', async () => {
  await using redis = createRedis(
    { url: undefined, timeoutMs },
    { metrics: createMetrics({ service: 'a' }), logger: createLogger({ service: 'a', level: 'fatal' }) },
  )
  expect(redis.configured).toBe(false)
  expect(await timed(redis)).toMatchObject({ ok: false })
  await redis.ping()
})
