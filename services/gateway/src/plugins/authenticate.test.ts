import { createEnvironment, revokeApiKey } from '@flexprice/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
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

test('401 for a revoked key, from the next request on', async () => {
  const key = await gateway.newKeyOf(caller.scoped)
  expect(await key.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
  await revokeApiKey(caller.scoped, key.keyId, new Date())
  expect(await key.call('GET', '/plans/plan_x')).toMatchObject(refused)
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

test('429 with Retry-After beyond the limit of one key; another key is not slowed', async () => {
  await using limited = await startGateway({ config: { rateLimitPerSecond: 5 } })
  const [greedy, modest] = [await limited.newCaller(), await limited.newCaller()]
  const answers = await Promise.all(Array.from({ length: 20 }, () => greedy.call('GET', '/plans/plan_x')))
  const tooMany = answers.filter(({ status }) => status === 429)
  expect(tooMany.length).toBeGreaterThanOrEqual(10)
  expect(tooMany[0]).toMatchObject({ body: { code: 'too_many_requests' }, headers: { 'retry-after': '1' } })
  expect(await modest.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
})

test('a route needs a key unless it is health, metrics, documentation or unknown', async () => {
  for (const url of ['/health/live', '/metrics', '/openapi.json', '/docs/']) {
    expect((await gateway.app.inject({ url })).statusCode).toBe(200)
  }
  for (const url of ['/v1/plans/x', '/v1/queues', '/v1/tasks/result?workflow_id=a', '/v1/workflows/a']) {
    expect((await gateway.app.inject({ url })).statusCode).toBe(401)
  }
})
