import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSubscription } from '../testing/add-subscription.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('createPlan 201 with every field', async () => {
  const body = {
    name: 'Pro',
    description: 'For teams',
    display_order: 3,
    lookup_key: 'pro',
    metadata: { a: '1' },
  }
  expect(await caller.call('POST', '/plans', body)).toMatchObject({
    status: 201,
    body: { ...body, status: 'published' },
  })
})

test('createPlan 400 without a name, 409 for a lookup key that another plan has', async () => {
  const nameless = await caller.call('POST', '/plans', { description: 'x' })
  expect(nameless).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(nameless))).toEqual(['name'])
  await caller.create('/plans', { name: 'One', lookup_key: 'taken' })
  const answer = await caller.call('POST', '/plans', { name: 'Two', lookup_key: 'taken' })
  expect(answer).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  await stranger.create('/plans', { name: 'Elsewhere', lookup_key: 'taken' })
})

test('getPlan 200 with its prices and its sync, which is done while nothing is unsynced', async () => {
  const { planId, priceId } = await addSubscription(caller)
  expect(await caller.call('GET', `/plans/${planId}`)).toMatchObject({
    status: 200,
    body: {
      id: planId,
      prices: [{ id: priceId, min_quantity: '3' }],
      price_sync_status: { current_sequence: 1, synced: true, unsynced_subscription_count: 0 },
    },
  })
  await caller.create('/prices', priceBody(planId))
  expect(await caller.call('GET', `/plans/${planId}`)).toMatchObject({
    body: { price_sync_status: { current_sequence: 2, synced: false, unsynced_subscription_count: 1 } },
  })
})

test("getPlan 404 for another tenant's plan, an unknown one and the id of another kind", async () => {
  const { id } = await caller.create('/plans', { name: 'Mine' })
  const price = await caller.create('/prices', priceBody(id))
  expect(await stranger.call('GET', `/plans/${id}`)).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
  expect(await caller.call('GET', '/plans/plan_nope')).toMatchObject({ status: 404 })
  expect(await caller.call('GET', `/plans/${price.id}`)).toMatchObject({
    status: 404,
    body: { message: `${price.id} is the id of a price, not of a plan` },
  })
})

test('updatePlan 200: what is left out stays, an empty lookup key goes', async () => {
  const { id } = await caller.create('/plans', { name: 'Before', description: 'kept', lookup_key: 'gone' })
  const answer = await caller.call('PUT', `/plans/${id}`, { name: 'After', lookup_key: '' })
  expect(answer).toMatchObject({ status: 200, body: { name: 'After', description: 'kept' } })
  expect(answer.body).not.toHaveProperty('lookup_key')
  expect(await stranger.call('PUT', `/plans/${id}`, { name: 'x' })).toMatchObject({ status: 404 })
})

test('queryPlan 200 by lookup key, with prices where they are asked for', async () => {
  const { id } = await caller.create('/plans', { name: 'Found', lookup_key: 'find-me' })
  const price = await caller.create('/prices', priceBody(id))
  const plain = await caller.call('POST', '/plans/search', { lookup_key: 'find-me' })
  expect(plain).toMatchObject({ status: 200, body: { items: [{ id }], pagination: { total: 1 } } })
  const expanded = await caller.call('POST', '/plans/search', { plan_ids: [id], expand: 'prices' })
  expect(expanded).toMatchObject({ body: { items: [{ id, prices: [{ id: price.id }] }] } })
  expect(await stranger.call('POST', '/plans/search', { plan_ids: [id] })).toMatchObject({
    body: { items: [] },
  })
})

test('deletePlan 200, then 404; 409 that says by what it is used', async () => {
  const { id } = await caller.create('/plans', { name: 'Unused' })
  expect(await stranger.call('DELETE', `/plans/${id}`)).toMatchObject({ status: 404 })
  expect(await caller.call('DELETE', `/plans/${id}`)).toMatchObject({
    status: 200,
    body: { message: expect.any(String) },
  })
  expect(await caller.call('GET', `/plans/${id}`)).toMatchObject({ status: 404 })
  const { planId } = await addSubscription(caller)
  expect(await caller.call('DELETE', `/plans/${planId}`)).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { used_by: 'subscription', subscriptions: 1 } },
  })
})
