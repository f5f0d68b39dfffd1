import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createRateLimiter } from './rate-limiter.ts'
import { connectRedis } from './testing/redis-under-test.ts'

const options = { name: 'test', limit: 5, windowMs: 10_000 }

test('a limit holds across processes, says when to come again, and counts each key for itself', async () => {
  await using one = await connectRedis()
  await using two = await connectRedis()
  const limiters = [createRateLimiter(one.redis, options), createRateLimiter(two.redis, options)]
  const key = randomUUID()
  const counts = await Promise.all(
    Array.from({ length: 10 }, () => limiters.map((limiter) => limiter.count(key))).flat(),
  )
  expect(counts.filter(({ allowed }) => allowed)).toHaveLength(5)
  const refused = counts.find(({ allowed }) => !allowed)
  expect(refused?.retryAfterMs).toBeGreaterThan(0)
  expect(refused?.retryAfterMs).toBeLessThanOrEqual(10_000)
  expect(await limiters[0]?.count(randomUUID())).toMatchObject({ allowed: true })
})

test('of events that are counted by one command only those beyond the limit are refused, each by its own cost', async () => {
  await using one = await connectRedis()
  const limiter = createRateLimiter(one.redis, options)
  const key = randomUUID()
  const counts = await Promise.all([2, 2, 1, 1, 1].map((cost) => limiter.count(key, cost)))
  expect(counts.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false])
})

test('what is given back can be used again', async () => {
  await using one = await connectRedis()
  const limiter = createRateLimiter(one.redis, options)
  const key = randomUUID()
  for (let round = 0; round < 10; round++) {
    expect(await limiter.count(key)).toMatchObject({ allowed: true })
    await limiter.giveBack(key)
  }
})

test('while Redis is away each process counts for itself, and the limit still holds there', async () => {
  await using one = await connectRedis()
  const limiter = createRateLimiter(one.redis, { ...options, windowMs: 1_000 })
  await one.proxy.cut()
  const key = randomUUID()
  const counts = await Promise.all(Array.from({ length: 10 }, () => limiter.count(key)))
  expect(counts.filter(({ allowed }) => allowed)).toHaveLength(5)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  expect(await limiter.count(key)).toMatchObject({ allowed: true })
})
