import { randomUUID } from 'node:crypto'
import { searchPlans } from '@flexprice/database/catalog'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, createCaller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let other: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  other = await startGateway({ testDatabase: gateway.database })
  caller = await gateway.newCaller()
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await gateway[Symbol.asyncDispose]()
})

interface Sent {
  readonly key: string
  readonly path?: string
  readonly body?: object
  readonly by?: Caller
  readonly to?: GatewayUnderTest
}

async function post({ key, path = '/plans', body, by = caller, to = gateway }: Sent) {
  const response = await to.app.inject({
    method: 'POST',
    url: `/v1${path}`,
    headers: { 'x-api-key': by.apiKey, 'idempotency-key': key },
    payload: body ?? { name: 'Pro' },
  })
  return {
    status: response.statusCode,
    replayed: response.headers['idempotent-replayed'],
    text: response.body,
    body: response.json(),
  }
}

async function plansOf({ scoped }: Caller, lookup_key: string): Promise<number> {
  const { total } = await searchPlans(scoped, { limit: 10, offset: 0, lookup_key })
  return total
}

async function asOwner(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: gateway.database.ownerUrl })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}

test('the same key and body get the same answer, byte for byte, and nothing is made twice', async () => {
  const key = randomUUID()
  const body = { name: 'Pro', lookup_key: key, metadata: { a: '1', b: '2' } }
  const first = await post({ key, body })
  expect(first).toMatchObject({ status: 201, replayed: undefined })
  const reordered = { metadata: { b: '2', a: '1' }, lookup_key: key, name: 'Pro' }
  for (const again of [await post({ key, body }), await post({ key, body: reordered, to: other })]) {
    expect(again).toEqual({ ...first, replayed: 'true' })
  }
  expect(await plansOf(caller, key)).toBe(1)
})

test('409 for the key with another body, another path or another operation', async () => {
  const key = randomUUID()
  const plan = await post({ key })
  const others: Partial<Sent>[] = [
    { body: { name: 'Basic' } },
    { path: '/customers', body: { external_id: 'a', name: 'Pro' } },
    { path: `/plans/${plan.body.id}/sync/subscriptions`, body: {} },
  ]
  for (const sent of others) {
    expect(await post({ key, ...sent })).toMatchObject({
      status: 409,
      body: { code: 'already_exists', details: { fields: { 'Idempotency-Key': expect.any(String) } } },
    })
  }
})

test('a PUT and a DELETE keep the promise, too: once done they answer the same, whatever came between', async () => {
  const { id } = await caller.create('/plans', { name: 'Before' })
  const path = `/plans/${id}`
  const put = () => caller.call('PUT', path, { name: 'First' }, { 'idempotency-key': 'put' })
  const first = await put()
  expect(first).toMatchObject({ status: 200, body: { name: 'First' } })
  await caller.call('PUT', path, { name: 'Between' })
  expect(await put()).toMatchObject({ status: 200, body: first.body })
  expect(await caller.call('GET', path)).toMatchObject({ body: { name: 'Between' } })
  const other = await caller.call('PUT', path, { name: 'Other' }, { 'idempotency-key': 'put' })
  expect(other).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  const remove = () => caller.call('DELETE', path, undefined, { 'idempotency-key': 'delete' })
  expect([await remove(), await remove()]).toMatchObject([{ status: 200 }, { status: 200 }])
  expect((await caller.call('DELETE', path)).status).toBe(404)
})

test('a key is its environment’s: another tenant’s is another key', async () => {
  const key = randomUUID()
  const stranger = await gateway.newCaller()
  const ours = await post({ key })
  const theirs = await post({ key, by: stranger })
  expect(theirs).toMatchObject({ status: 201, replayed: undefined })
  expect(theirs.body.id).not.toBe(ours.body.id)
})

test('of many at once, at two gateways, one does the work and all get its answer', async () => {
  const key = randomUUID()
  const body = { name: 'Pro', lookup_key: key }
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => post({ key, body, to: index % 2 ? gateway : other })),
  )
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(answers.filter(({ replayed }) => replayed === undefined)).toHaveLength(1)
  expect(await plansOf(caller, key)).toBe(1)
})

test('a failure is not kept: the key works once the request can', async () => {
  const key = randomUUID()
  const missing = 'plan_01ARZ3NDEKTSV4RRFFQ69G5FAV'
  const sync = { key, path: `/plans/${missing}/sync/subscriptions`, body: {} }
  expect(await post(sync)).toMatchObject({ status: 404 })
  expect(await post({ key, body: { nonsense: 1 } })).toMatchObject({ status: 400 })
  await caller.create('/plans', { name: 'Taken', lookup_key: key })
  expect(await post({ key, body: { name: 'Pro', lookup_key: key } })).toMatchObject({ status: 409 })
  expect(await post({ key, body: { name: 'Pro' } })).toMatchObject({ status: 201, replayed: undefined })
})

test('a bulk that fails half way leaves nothing under its key either', async () => {
  const [key, plan] = [randomUUID(), await caller.create('/plans', { name: 'Pro' })]
  const before = await asOwner('select count(*)::int as n from idempotency_keys')
  expect(await post({ key, path: '/prices/bulk', body: { items: [{ entity_id: plan.id }] } })).toMatchObject({
    status: 400,
  })
  const after = await asOwner('select count(*)::int as n from idempotency_keys')
  expect(after.rows).toEqual(before.rows)
})

test('a crash before the commit loses nothing: the connection’s end frees the key, and the retry does the work', async () => {
  const key = randomUUID()
  const environmentId = caller.scoped.scope.environmentId
  const dying = new pg.Client({ connectionString: gateway.database.ownerUrl })
  // Its end is what is tested.
  dying.on('error', () => undefined)
  await dying.connect()
  await dying.query('begin')
  const insert = 'insert into idempotency_keys (environment_id, key, fingerprint) values ($1, $2, $3)'
  await dying.query(insert, [environmentId, key, Buffer.alloc(32)])
  const waiting = post({ key })
  await new Promise((resolve) => setTimeout(resolve, 200))
  await dying.end()
  expect(await waiting).toMatchObject({ status: 201, replayed: undefined })
})

test('503 with Retry-After for who has waited too long for another’s work', async () => {
  const key = randomUUID()
  const holder = new pg.Client({ connectionString: gateway.database.ownerUrl })
  await holder.connect()
  await holder.query('begin')
  const insert = 'insert into idempotency_keys (environment_id, key, fingerprint) values ($1, $2, $3)'
  await holder.query(insert, [caller.scoped.scope.environmentId, key, Buffer.alloc(32)])
  const answers = await Promise.all([post({ key }), post({ key }), post({ key })])
  for (const answer of answers)
    expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
  await holder.query('rollback')
  await holder.end()
  expect(await post({ key })).toMatchObject({ status: 201 })
})

test('when the answer cannot be committed, the work is undone and the caller is told', async () => {
  const key = randomUUID()
  const body = { name: 'Pro', lookup_key: key }
  await asOwner('alter table idempotency_keys add constraint broken check (answer_status is null) not valid')
  const broken = await post({ key, body })
  await asOwner('alter table idempotency_keys drop constraint broken')
  expect(broken).toMatchObject({ status: 500, body: { code: 'internal_error' } })
  expect(await plansOf(caller, key)).toBe(0)
  expect(await post({ key, body })).toMatchObject({ status: 201, replayed: undefined })
})

test('a caller that has gone finds its answer when it comes again', async () => {
  const key = randomUUID()
  await using listening = await startGateway({ testDatabase: gateway.database })
  const address = await listening.app.listen({ host: '127.0.0.1', port: 0 })
  const gone = new AbortController()
  const sent = fetch(`${address}/v1/plans`, {
    method: 'POST',
    headers: { 'x-api-key': caller.apiKey, 'idempotency-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Pro', lookup_key: key }),
    signal: gone.signal,
  }).catch(() => undefined)
  setTimeout(() => gone.abort(), 3)
  await sent
  const again = await post({ key, body: { name: 'Pro', lookup_key: key } })
  expect(again).toMatchObject({ status: 201 })
  expect(await plansOf(caller, key)).toBe(1)
})

test('after 24 hours a key is new, and what has expired is purged, a bounded number at a time', async () => {
  const [key, kept] = [randomUUID(), randomUUID()]
  const first = await post({ key })
  await post({ key: kept })
  await asOwner("update idempotency_keys set created_at = now() - interval '25 hours' where key = $1", [key])
  const second = await post({ key })
  expect(second).toMatchObject({ status: 201, replayed: undefined })
  expect(second.body.id).not.toBe(first.body.id)

  await asOwner("update idempotency_keys set created_at = now() - interval '25 hours' where key <> $1", [
    kept,
  ])
  const { rows } = await asOwner('select count(*)::int as n from idempotency_keys')
  const expired = rows[0].n - 1
  expect(await gateway.database.database.purgeExpired('idempotency-keys', 2)).toBe(2)
  expect(await gateway.database.database.purgeExpired('idempotency-keys', 1_000)).toBe(expired - 2)
  expect(await gateway.database.database.purgeExpired('idempotency-keys', 1_000)).toBe(0)
  expect(await post({ key: kept })).toMatchObject({ replayed: 'true' })
})

test('searches and workflow starts are replayed, too', async () => {
  const plan = await caller.create('/plans', { name: 'Pro' })
  for (const sent of [
    { path: '/plans/search', body: { plan_ids: [plan.id] } },
    { path: `/plans/${plan.id}/sync/subscriptions`, body: {} },
  ]) {
    const key = randomUUID()
    const first = await post({ key, ...sent })
    expect(first).toMatchObject({ status: 200, replayed: undefined })
    expect(await post({ key, ...sent })).toEqual({ ...first, replayed: 'true' })
  }
})

test('another key of the environment finds the answer as well: the key is not the secret’s', async () => {
  const key = randomUUID()
  const second = await gateway.newKeyOf(caller.scoped)
  const first = await post({ key })
  const by = createCaller(gateway.app, caller.scoped, second.apiKey)
  expect(await post({ key, by })).toMatchObject({ replayed: 'true', text: first.text })
})
