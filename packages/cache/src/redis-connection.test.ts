import { once } from 'node:events'
import { createServer } from 'node:net'
import { createLogger, createMetrics } from '@flexprice/observability'
import { createClient } from 'redis'
import { expect, test, vi } from 'vitest'
import { createRateLimiter } from './rate-limiter.ts'
import { createRedis, type Redis } from './redis.ts'
import { type RedisServer, startRedisServer } from './testing/redis-server.ts'
import { connectRedis } from './testing/redis-under-test.ts'

/** What a request does, over and over; the connection never rests. */
async function untilDone(redis: Redis, timeout: number): Promise<number> {
  const began = performance.now()
  const write = async () => (await redis.attempt((client) => client.incr('flexprice:test:counter'))).ok
  await vi.waitUntil(write, { timeout, interval: 20 })
  return performance.now() - began
}

async function command(server: RedisServer, ...words: string[]): Promise<string> {
  const client = createClient({ url: server.url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return String(await client.sendCommand(words))
  } finally {
    client.destroy()
  }
}

test('after a failover the connection to the old primary is given up, and writes go to the new one', async () => {
  await using oldPrimary = await startRedisServer()
  await using newPrimary = await startRedisServer()
  await using stack = await connectRedis(250, oldPrimary.url)
  const { hostname, port, host } = new URL(newPrimary.url)
  await command(newPrimary, 'REPLICAOF', new URL(oldPrimary.url).hostname, new URL(oldPrimary.url).port)
  await stack.redis.attempt((client) => client.set('flexprice:test:name', 'of the old one'))
  await vi.waitUntil(
    async () => (await command(newPrimary, 'GET', 'flexprice:test:name')) === 'of the old one',
    {
      timeout: 20_000,
      interval: 100,
    },
  )

  await command(newPrimary, 'REPLICAOF', 'NO', 'ONE')
  await command(oldPrimary, 'REPLICAOF', hostname, port)
  stack.proxy.redirect(host)
  const limiter = createRateLimiter(stack.redis, { name: 'test', limit: 5, windowMs: 10_000 })
  // By a script, as limits are counted: its refusal reads like that of a command.
  await limiter.count('key')
  await untilDone(stack.redis, 10_000)
  expect(await command(newPrimary, 'GET', 'flexprice:test:counter')).toBe('1')
  await limiter.count('key')
  expect(await command(newPrimary, 'GET', 'flexprice:test:key')).toBe('1')
}, 60_000)

test('a connection on which nothing comes back is given up, under load as at rest', async () => {
  await using stack = await connectRedis(50)
  stack.proxy.strand()
  expect(await untilDone(stack.redis, 10_000)).toBeLessThan(5_000)

  stack.proxy.strand()
  await new Promise((resolve) => setTimeout(resolve, 4_500))
  expect(await stack.metrics.render()).toMatch(/redis_breaker_state\{state="closed".*\} 1/)
})

test('a connection that nobody uses stays', async () => {
  await using stack = await connectRedis()
  const id = async () => stack.redis.attempt((client) => client.clientId())
  const before = await id()
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  expect(await id()).toEqual(before)
})

test('a server that takes connections and greets nobody is tried again, and holds nobody up', async () => {
  let connections = 0
  const mute = createServer(() => connections++).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const address = mute.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
  const metrics = createMetrics({ service: 'a' })
  await using redis = createRedis(
    { url: `redis://127.0.0.1:${address.port}`, timeoutMs: 50 },
    { metrics, logger: createLogger({ service: 'a', level: 'fatal' }) },
  )
  await vi.waitUntil(() => connections >= 2, { timeout: 10_000 })
  expect(await redis.attempt((client) => client.ping())).toEqual({ ok: false })
  await redis[Symbol.asyncDispose]()
  mute.close()
})

test('while the server is away nothing is kept for later', async () => {
  await using stack = await connectRedis()
  await stack.proxy.cut()
  await vi.waitUntil(async () => /state="disconnected".*\} 1/.test(await stack.metrics.render()))
  await expect(stack.redis.ping()).rejects.toThrow('offline')
})
