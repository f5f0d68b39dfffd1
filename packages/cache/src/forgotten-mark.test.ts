import { randomUUID } from 'node:crypto'
import { testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { entryName, forgetFromOutside, forgottenMark } from './forgotten-mark.ts'
import { connectRedis } from './testing/redis-under-test.ts'

test('a process without a cache leaves the mark that every cache respects, for ten seconds', async () => {
  await using stack = await connectRedis()
  const key = randomUUID()
  await forgetFromOutside(testStack().redisUrl, 'test', key)
  const name = entryName('test', key)
  expect(await stack.redis.attempt((client) => client.get(name))).toEqual({ ok: true, value: forgottenMark })
  const left = await stack.redis.attempt((client) => client.pTTL(name))
  expect(left.ok && left.value > 9_000 && left.value <= 10_000).toBe(true)
})

test('it is told when Redis is away or silent, and soon', async () => {
  await using stack = await connectRedis()
  const url = `redis://${stack.proxy.address}`
  await stack.proxy.cut()
  await expect(forgetFromOutside(url, 'test', 'key')).rejects.toThrow('ECONNREFUSED')
  await stack.proxy.mend()
  stack.proxy.silence()
  const began = performance.now()
  await expect(forgetFromOutside(url, 'test', 'key')).rejects.toThrow()
  expect(performance.now() - began).toBeLessThan(4_000)
})
