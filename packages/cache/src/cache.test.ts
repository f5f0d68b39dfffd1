import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cache, createCache } from './cache.ts'
import type { Redis } from './redis.ts'
import { connectRedis, type RedisUnderTest, untilAnswers } from './testing/redis-under-test.ts'

interface Versioned {
  readonly version: number
}

/** Two processes with one Redis. */
let here: RedisUnderTest
let there: RedisUnderTest
beforeAll(async () => {
  here = await connectRedis()
  there = await connectRedis()
})
afterAll(async () => {
  await here[Symbol.asyncDispose]()
  await there[Symbol.asyncDispose]()
})

function cacheOver(redis: Redis, ttlMs = 15_000): Cache<Versioned> {
  return createCache<Versioned>(redis, {
    name: 'test',
    ttlMs,
    entriesMax: 3,
    toJson: (value) => value,
    fromJson: (stored) =>
      typeof stored === 'object' &&
      stored !== null &&
      'version' in stored &&
      typeof stored.version === 'number'
        ? { version: stored.version }
        : undefined,
  })
}

/** What the caches are in front of, with a count of how often it was asked. */
function sourceOf(version: number) {
  const source = {
    version,
    loads: 0,
    load: async (): Promise<Versioned> => {
      source.loads++
      return { version: source.version }
    },
  }
  return source
}

test('what one process has read, the other finds', async () => {
  const [key, source] = [randomUUID(), sourceOf(1)]
  expect(await cacheOver(here.redis).get(key, source.load)).toEqual({ version: 1 })
  expect(await cacheOver(there.redis).get(key, source.load)).toEqual({ version: 1 })
  expect(source.loads).toBe(1)
  expect(await there.metrics.render()).toMatch(/cache_lookups_total\{cache="test",result="hit".*\} 1\n/)
})

test('nobody sees the old value once it was forgotten, in whichever process', async () => {
  const [key, source] = [randomUUID(), sourceOf(1)]
  const [ours, theirs] = [cacheOver(here.redis), cacheOver(there.redis)]
  for (let version = 2; version < 20; version++) {
    await Promise.all([ours.get(key, source.load), theirs.get(key, source.load)])
    source.version = version
    expect(await ours.forget(key)).toBe(true)
    expect(await Promise.all([ours.get(key, source.load), theirs.get(key, source.load)])).toEqual([
      { version },
      { version },
    ])
  }
})

test('a load that read before the change and ends after it brings nothing back', async () => {
  const [key, source] = [randomUUID(), sourceOf(1)]
  const [ours, theirs] = [cacheOver(here.redis), cacheOver(there.redis)]
  const read = Promise.withResolvers<void>()
  const slow = Promise.withResolvers<void>()
  const stale = theirs.get(key, async () => {
    const value = await source.load()
    read.resolve()
    await slow.promise
    return value
  })
  await read.promise
  source.version = 2
  await ours.forget(key)
  slow.resolve()
  expect(await stale).toEqual({ version: 1 })
  expect(await theirs.get(key, source.load)).toEqual({ version: 2 })
  // Nor does it live on as the process's own copy.
  await there.proxy.cut()
  expect(await theirs.get(key, source.load)).toEqual({ version: 2 })
  await there.proxy.mend()
  await untilAnswers(there.redis)
})

test('without Redis a process goes on with its own copy, and asks the source when its time is over', async () => {
  const [key, source] = [randomUUID(), sourceOf(1)]
  const ours = cacheOver(here.redis, 1_000)
  await ours.get(key, source.load)
  await here.proxy.cut()
  source.version = 2
  expect(await ours.get(key, source.load)).toEqual({ version: 1 })
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  expect(await ours.get(key, source.load)).toEqual({ version: 2 })
  expect(await ours.get(key, source.load)).toEqual({ version: 2 })
  expect(source.loads).toBe(2)
  expect(await ours.forget(key)).toBe(false)
  source.version = 3
  expect(await ours.get(key, source.load)).toEqual({ version: 3 })
  await here.proxy.mend()
  await untilAnswers(here.redis)
})

test('lookups that miss at once ask the source once; one that fails is not remembered', async () => {
  const [key, source] = [randomUUID(), sourceOf(1)]
  const ours = cacheOver(here.redis)
  const fail = async () => Promise.reject(new Error('away'))
  await expect(ours.get(key, fail)).rejects.toThrow('away')
  await Promise.all(Array.from({ length: 50 }, () => ours.get(key, source.load)))
  expect(source.loads).toBe(1)
})

test('an absent value is not remembered, and an entry of another form counts as none', async () => {
  const [key, source] = [randomUUID(), sourceOf(1)]
  const ours = cacheOver(here.redis)
  expect(await ours.get(key, async () => undefined)).toBeUndefined()
  for (const entry of ['{"version":"one"}', 'nonsense', '']) {
    await here.redis.attempt((client) => client.set(`flexprice:test:${key}`, entry))
    expect(await ours.get(key, source.load)).toEqual({ version: 1 })
  }
})
