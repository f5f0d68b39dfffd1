import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, createCaller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let one: GatewayUnderTest
let other: GatewayUnderTest
beforeAll(async () => {
  one = await startGateway()
  other = await startGateway({ testDatabase: one.database })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
})

/** The same caller at both gateways, with a plan of one price. */
async function newCatalog(): Promise<{ here: Caller; there: Caller; priceId: string; path: string }> {
  const here = await one.newCaller()
  const there = createCaller(other.app, here.scoped, here.apiKey)
  const plan = await here.create('/plans', { name: 'Pro' })
  const price = await here.create('/prices', priceBody(plan.id, { lookup_key: 'pro' }))
  return { here, there, priceId: price.id, path: '/prices/lookup/pro' }
}

async function hits({ metrics }: GatewayUnderTest): Promise<number> {
  const body = await metrics()
  return Number(/^cache_lookups_total\{.*cache="catalog".*result="hit".*\} (\d+)$/m.exec(body)?.[1] ?? 0)
}

const amountOf = (answer: { body: unknown }) => z.object({ amount: z.string() }).parse(answer.body).amount

test('the second answer comes from the cache, the same as the first, at every gateway', async () => {
  const { here, there, path } = await newCatalog()
  const first = await here.call('GET', path)
  const before = await hits(other)
  await expect
    .poll(async () => {
      await there.call('GET', path)
      return hits(other)
    })
    .toBeGreaterThan(before)
  const second = await there.call('GET', path)
  expect(second).toMatchObject({ status: 200, body: first.body })
  expect(second.headers['content-type']).toBe(first.headers['content-type'])
  expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
})

test('once an edit is answered, no gateway shows what was before, however many read meanwhile', async () => {
  const { here, there, path, priceId } = await newCatalog()
  let id = priceId
  for (let edit = 1; edit <= 15; edit++) {
    const readers = Array.from({ length: 6 }, (_, index) => (index % 2 ? here : there).call('GET', path))
    const edited = await (edit % 2 ? here : there).call('PUT', `/prices/${id}`, { amount: String(edit) })
    expect(edited.status).toBe(200)
    id = z.object({ id: z.string() }).parse(edited.body).id
    expect([amountOf(await here.call('GET', path)), amountOf(await there.call('GET', path))]).toEqual([
      String(edit),
      String(edit),
    ])
    await Promise.all(readers)
    expect(amountOf(await there.call('GET', path))).toBe(String(edit))
  }
})

test('what an edit with an Idempotency-Key commits is seen at once, too', async () => {
  const { here, there, path, priceId } = await newCatalog()
  await there.call('GET', path)
  const group = await one.app.inject({
    method: 'POST',
    url: '/v1/groups',
    headers: { 'x-api-key': here.apiKey, 'idempotency-key': 'group-1' },
    payload: { name: 'Fees', lookup_key: 'fees', entity_type: 'price' },
  })
  expect(group.statusCode).toBe(201)
  await here.call('PUT', `/prices/${priceId}`, { group_id: group.json().id })
  expect((await there.call('GET', path)).body).toMatchObject({ group_id: group.json().id })
})

test("another environment's answers are its own, though the paths are alike", async () => {
  const [ours, theirs] = [await newCatalog(), await newCatalog()]
  await ours.here.call('GET', ours.path)
  await ours.here.call('GET', ours.path)
  expect((await theirs.here.call('GET', theirs.path)).body).toMatchObject({ id: theirs.priceId })
  expect((await theirs.here.call('GET', `/prices/${ours.priceId}`)).status).toBe(404)
})

test('without Redis every answer comes from the database', async () => {
  await using without = await startGateway({ testDatabase: one.database, redisUrl: null })
  const { here, path, priceId } = await newCatalog()
  const caller = createCaller(without.app, here.scoped, here.apiKey)
  expect((await caller.call('GET', path)).status).toBe(200)
  await here.call('PUT', `/prices/${priceId}`, { amount: '7' })
  expect(amountOf(await caller.call('GET', path))).toBe('7')
})
