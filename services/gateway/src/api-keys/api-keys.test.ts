import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, createCaller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const made = z.looseObject({ api_key: z.string(), secret: z.looseObject({ id: z.string() }) })
const dayMs = 86_400_000

async function make(body: object = {}, by = caller) {
  const answer = await by.call('POST', '/secrets/api/keys', { name: 'Server', type: 'private_key', ...body })
  expect(answer).toMatchObject({ status: 201 })
  const { api_key: secret, secret: key } = made.parse(answer.body)
  return { id: key.id, secret, key, holder: createCaller(gateway.app, by.scoped, secret) }
}

test('201 with a secret that works, shown this once', async () => {
  const expiresAt = new Date(Date.now() + dayMs).toISOString()
  const { secret, key, holder } = await make({ expires_at: expiresAt })
  expect(key).toMatchObject({
    name: 'Server',
    type: 'private_key',
    provider: 'flexprice',
    display_id: `${secret.slice(0, 7)}...${secret.slice(-4)}`,
    status: 'published',
    user_id: 'user_test',
    expires_at: expiresAt,
  })
  const list = await holder.call('GET', '/secrets/api/keys')
  expect(list).toMatchObject({ status: 200, body: { pagination: { total: 2, limit: 50, offset: 0 } } })
  expect(JSON.stringify(list.body)).not.toContain(secret)
})

test.each([
  ['an end in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['an end that is no instant', { expires_at: 'tomorrow' }, 'expires_at'],
  ['no name', { name: '' }, 'name'],
  ['an unknown type', { type: 'master_key' }, 'type'],
  ['an unknown field', { roles: ['admin'] }, 'roles'],
])('400 that names the field for %s', async (_what, changes, path) => {
  const body = { name: 'Server', type: 'private_key', ...changes }
  const answer = await caller.call('POST', '/secrets/api/keys', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test.each([
  ['type', { type: 'publishable_key' }],
  ['type', { type: 'integration' }],
  ['service_account_id', { service_account_id: 'user_x' }],
])('400 not_implemented for %s %j', async (path, changes) => {
  const body = { name: 'Server', type: 'private_key', ...changes }
  const answer = await caller.call('POST', '/secrets/api/keys', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('200 with pages, newest first', async () => {
  const [first, second] = [await make(), await make()]
  const page = await caller.call('GET', '/secrets/api/keys?limit=1&offset=1')
  expect(page).toMatchObject({
    status: 200,
    body: { items: [{ id: first.id }], pagination: { total: 3, limit: 1, offset: 1 } },
  })
  const beyond = await caller.call('GET', '/secrets/api/keys?offset=10')
  expect(beyond).toMatchObject({ body: { items: [], pagination: { total: 3 } } })
  await caller.call('DELETE', `/secrets/api/keys/${second.id}`)
  const revoked = await caller.call('GET', '/secrets/api/keys?status=deleted')
  expect(revoked).toMatchObject({ body: { items: [{ id: second.id, status: 'deleted' }] } })
})

test.each(['limit=0', 'limit=1001', 'limit=1e3', 'limit=', 'offset=-1', 'status=gone', 'sort=name'])(
  '400 that names the parameter for %s',
  async (query) => {
    const answer = await caller.call('GET', `/secrets/api/keys?${query}`)
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
    expect(Object.keys(problemsOf(answer))).toEqual([query.split('=')[0]])
  },
)

test('204, and the key is dead from the next request on, be it the one of the request itself', async () => {
  const { id, holder } = await make()
  expect(await holder.call('DELETE', `/secrets/api/keys/${id}`)).toMatchObject({ status: 204 })
  expect(await holder.call('GET', '/secrets/api/keys')).toMatchObject({ status: 401 })
  expect(await caller.call('DELETE', `/secrets/api/keys/${id}`)).toMatchObject({ status: 404 })
})

test('201 for a rotation: the new key works at once, the old one until the overlap ends', async () => {
  const old = await make()
  const answer = await caller.call('POST', `/secrets/api/keys/${old.id}/rotate`, { overlap_seconds: 60 })
  const { api_key: secret, secret: key } = made.parse(answer.body)
  expect(answer).toMatchObject({
    status: 201,
    body: { secret: { name: 'Server' }, rotated: { id: old.id, successor_key_id: key.id } },
  })
  const holder = createCaller(gateway.app, caller.scoped, secret)
  expect(await holder.call('GET', '/users/me')).toMatchObject({ status: 200 })
  expect(await old.holder.call('GET', '/users/me')).toMatchObject({ status: 200 })
  const again = await caller.call('POST', `/secrets/api/keys/${old.id}/rotate`)
  expect(again).toMatchObject({ status: 400, body: { code: 'invalid_operation' } })
  const next = await holder.call('POST', `/secrets/api/keys/${key.id}/rotate`, { overlap_seconds: 0 })
  expect(next).toMatchObject({ status: 201, body: { rotated: { status: 'archived' } } })
  expect(await holder.call('GET', '/users/me')).toMatchObject({ status: 401 })
})

test('a rotation without a body leaves a day', async () => {
  const { id } = await make()
  const before = Date.now()
  const answer = await caller.call('POST', `/secrets/api/keys/${id}/rotate`)
  const rotated = z.object({ rotated: z.object({ expires_at: z.iso.datetime() }) }).parse(answer.body).rotated
  const overlapMs = Date.parse(rotated.expires_at) - before
  expect(Math.abs(overlapMs - dayMs)).toBeLessThan(60_000)
})

test.each([-1, 1.5, 2_592_001, '60'])('400 for an overlap of %j seconds', async (overlap) => {
  const { id } = await make()
  const answer = await caller.call('POST', `/secrets/api/keys/${id}/rotate`, { overlap_seconds: overlap })
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual(['overlap_seconds'])
})

test('404 for a key of another environment, and it is on no list', async () => {
  const { id, holder } = await make()
  const foreign = await gateway.newCaller()
  expect(await foreign.call('DELETE', `/secrets/api/keys/${id}`)).toMatchObject({ status: 404 })
  expect(await foreign.call('POST', `/secrets/api/keys/${id}/rotate`)).toMatchObject({ status: 404 })
  expect(await foreign.call('GET', '/secrets/api/keys')).toMatchObject({ body: { pagination: { total: 1 } } })
  expect(await caller.call('DELETE', '/secrets/api/keys/plan_x')).toMatchObject({ status: 404 })
  expect(await holder.call('GET', '/users/me')).toMatchObject({ status: 200 })
})
