import { createEnvironment, hashApiKey, revokeApiKey } from '@flexprice/database/tenancy'
import { startTcpProxy, testStack } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Caller, createCaller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const refused = { status: 401, body: { code: 'permission_denied', http_status_code: 401 } }

test('401 without a key, naming the header', async () => {
  const answer = await gateway.app.inject({ url: '/v1/plans/plan_x' })
  expect(answer.statusCode).toBe(401)
  expect(answer.json()).toMatchObject({
    code: 'permission_denied',
    message: expect.stringContaining('x-api-key'),
  })
})

test.each(['', 'nonsense', 'sk_unknown', 'k'.repeat(10_000), "' or 1=1 --", 'ключ'])(
  '401 for the key %j',
  async (key) => {
    const answer = await gateway.app.inject({
      url: '/v1/plans/plan_x',
      headers: { 'x-api-key': Buffer.from(key).toString('latin1') },
    })
    expect(answer.statusCode).toBe(401)
  },
)

test('401 for a revoked key from the next request on, at every gateway', async () => {
  await using other = await startGateway({ testDatabase: gateway.database })
  const key = await gateway.newKeyOf(caller.scoped)
  const there = createCaller(other.app, caller.scoped, key.apiKey)
  for (let request = 0; request < 5; request++) {
    expect(await key.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
    expect(await there.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
  }
  await revokeApiKey(caller.scoped, key.keyId, new Date())
  await gateway.keys.forget(hashApiKey(key.apiKey))
  for (let request = 0; request < 5; request++) {
    expect(await there.call('GET', '/plans/plan_x')).toMatchObject(refused)
    expect(await key.call('GET', '/plans/plan_x')).toMatchObject(refused)
  }
})

test('a key is looked up in the database once, not for each request', async () => {
  await using fresh = await startGateway()
  const key = await fresh.newCaller()
  for (let request = 0; request < 20; request++) {
    expect(await key.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
  }
  const metrics = await fresh.metrics()
  expect(metrics).toMatch(/cache_lookups_total\{cache="api-key",result="miss".*\} 1\n/)
  expect(metrics).toMatch(/cache_lookups_total\{cache="api-key",result="hit".*\} 19\n/)
})

test.each([
  ['without Redis', null],
  ['with a Redis that is away', 'redis://127.0.0.1:1'],
])('everything works %s; a key that this gateway revokes is dead at once', async (_how, redisUrl) => {
  await using alone = await startGateway({ redisUrl, config: { rateLimitPerSecond: 50 } })
  const one = await alone.newCaller()
  const plan = await one.create('/plans', { name: 'Pro' })
  expect(await one.call('GET', `/plans/${plan.id}`)).toMatchObject({ status: 200 })
  const key = await alone.newKeyOf(one.scoped)
  expect(await key.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
  await revokeApiKey(one.scoped, key.keyId, new Date())
  await alone.keys.forget(hashApiKey(key.apiKey))
  expect(await key.call('GET', '/plans/plan_x')).toMatchObject(refused)
  const many = await Promise.all(Array.from({ length: 150 }, () => one.call('GET', '/plans/plan_x')))
  expect(many.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(40)
})

test('a Redis that falls silent under load fails no request and holds none up', async () => {
  const url = new URL(testStack().redisUrl)
  await using proxy = await startTcpProxy(url.host)
  url.host = proxy.address
  await using sick = await startGateway({ redisUrl: url.href, redisTimeoutMs: 50 })
  const one = await sick.newCaller()
  const timed = async () => {
    const began = performance.now()
    const { status } = await one.call('GET', '/plans/plan_x')
    return { status, tookMs: performance.now() - began }
  }
  const ready = async () => (await sick.app.inject({ url: '/health/ready' })).json()
  await vi.waitUntil(async () => (await ready()).status === 'ok', { timeout: 10_000 })
  await timed()
  proxy.silence()
  const answers = []
  for (let round = 0; round < 20; round++) {
    answers.push(...(await Promise.all(Array.from({ length: 5 }, timed))))
  }
  expect(answers.filter(({ status }) => status !== 404)).toEqual([])
  expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(500)
  await expect
    .poll(ready, { timeout: 10_000 })
    .toMatchObject({ status: 'degraded', checks: { redis: { status: 'failed' } } })
})

test('a flood of unknown keys asks the database a bounded number of times; known keys go on', async () => {
  await using flooded = await startGateway({ config: { unknownKeysMax: 10 } })
  const known = await flooded.newCaller()
  expect(await known.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
  const flood = Array.from({ length: 100 }, (_, index) =>
    flooded.app.inject({
      url: '/v1/plans/plan_x',
      headers: { 'x-api-key': `sk_flood_${known.apiKey}_${index}` },
      remoteAddress: '203.0.113.7',
    }),
  )
  const statuses = (await Promise.all(flood)).map(({ statusCode }) => statusCode)
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(90)
  expect(await known.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
})

test('behind load balancers the address is the one that the last of them was told', async () => {
  await using behind = await startGateway({ config: { unknownKeysMax: 1, trustedProxies: 1 } })
  const send = (from: string) =>
    behind.app.inject({
      url: '/v1/plans/plan_x',
      headers: { 'x-api-key': `sk_${from}_${Math.random()}`, 'x-forwarded-for': from },
      remoteAddress: '198.51.100.9',
    })
  const pretended = `198.51.100.1, 192.0.2.${Date.now() % 250}`
  expect((await send(pretended)).statusCode).toBe(401)
  expect((await send(pretended.replace('198.51.100.1', '198.51.100.2'))).statusCode).toBe(429)
})

test('401 for an expired key', async () => {
  const key = await gateway.newKeyOf(caller.scoped, { expiresAt: new Date(Date.now() - 1) })
  expect(await key.call('GET', '/plans/plan_x')).toMatchObject(refused)
  const other = await gateway.newKeyOf(caller.scoped, { expiresAt: new Date(Date.now() + 60_000) })
  expect(await other.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
})

test('an environment of the same tenant is as far away as another tenant', async () => {
  const { tenantId } = caller.scoped.scope
  const { id } = await createEnvironment(gateway.database.ownerUrl, {
    tenantId,
    name: 'Live',
    type: 'production',
  })
  const other = await gateway.newKeyOf(
    gateway.database.database.scoped({ ...caller.scoped.scope, environmentId: id }),
  )
  const plan = await caller.create('/plans', { name: 'Mine' })
  expect(await other.call('GET', `/plans/${plan.id}`)).toMatchObject({ status: 404 })
  expect(await other.call('POST', '/plans/search')).toMatchObject({ body: { items: [] } })
})

test('429 with Retry-After beyond the limit of one key, at all gateways together; another is not slowed', async () => {
  await using limited = await startGateway({ config: { rateLimitPerSecond: 5 } })
  const [greedy, modest] = [await limited.newCaller(), await limited.newCaller()]
  await using other = await startGateway({
    testDatabase: limited.database,
    config: { rateLimitPerSecond: 5 },
  })
  const there = createCaller(other.app, greedy.scoped, greedy.apiKey)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? greedy : there).call('GET', '/plans/plan_x')),
  )
  const tooMany = answers.filter(({ status }) => status === 429)
  // Twice the limit if the second ends meanwhile; it would be more if each counted for itself.
  expect(tooMany.length).toBeGreaterThanOrEqual(10)
  expect(tooMany[0]).toMatchObject({ body: { code: 'too_many_requests' }, headers: { 'retry-after': '1' } })
  expect(await modest.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
})

test('a route needs a key unless it is health, documentation or unknown, as metrics are on this port', async () => {
  for (const url of ['/health/live', '/openapi.json', '/docs/']) {
    expect((await gateway.app.inject({ url })).statusCode).toBe(200)
  }
  expect((await gateway.app.inject({ url: '/metrics' })).statusCode).toBe(404)
  for (const url of ['/v1/plans/x', '/v1/queues', '/v1/tasks/result?workflow_id=a', '/v1/workflows/a']) {
    expect((await gateway.app.inject({ url })).statusCode).toBe(401)
  }
})
