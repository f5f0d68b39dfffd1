import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller
let planId: string

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'Pro' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('getPrice and getPriceByLookupKey 200 for their own tenant, 404 for another one', async () => {
  const price = await caller.create('/prices', priceBody(planId, { lookup_key: 'own' }))
  for (const path of [`/prices/${price.id}`, '/prices/lookup/own']) {
    expect(await caller.call('GET', path)).toMatchObject({ status: 200, body: price })
    expect(await stranger.call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
})

test('createPricesBulk 201 with all in order', async () => {
  const items = ['1', '2', '3'].map((amount) => priceBody(planId, { amount }))
  expect(await caller.call('POST', '/prices/bulk', { items })).toMatchObject({
    status: 201,
    body: { items: [{ amount: '1' }, { amount: '2' }, { amount: '3' }] },
  })
})

test('createPricesBulk 400 that names the item, and none is made', async () => {
  const plan = await caller.create('/plans', { name: 'Bulk' })
  const items = [priceBody(plan.id), priceBody(plan.id, { amount: '-2' })]
  const answer = await caller.call('POST', '/prices/bulk', { items })
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual(['items[1].amount'])
  const twice = [priceBody(plan.id, { lookup_key: 'two' }), priceBody(plan.id, { lookup_key: 'two' })]
  expect(await caller.call('POST', '/prices/bulk', { items: twice })).toMatchObject({ status: 409 })
  expect(await caller.call('POST', '/prices/search', { plan_ids: [plan.id] })).toMatchObject({
    body: { items: [], pagination: { total: 0 } },
  })
})

test('deletePrice 200 sets the end, the one of the request or now; the price stays readable', async () => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const end_date = '2099-01-01T00:00:00.000Z'
  expect(await caller.call('DELETE', `/prices/${id}`, { end_date })).toMatchObject({ status: 200 })
  expect(await caller.call('GET', `/prices/${id}`)).toMatchObject({ status: 200, body: { end_date } })
  expect(await caller.call('DELETE', `/prices/${id}`)).toMatchObject({ status: 200 })
  const ended = await caller.call('GET', `/prices/${id}`)
  expect(ended).toMatchObject({ status: 200, body: { status: 'published' } })
  expect(ended).not.toMatchObject({ body: { end_date } })
})

test('deletePrice 400 for an end before the start, 404 for another tenant', async () => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const answer = await caller.call('DELETE', `/prices/${id}`, { end_date: '2001-01-01T00:00:00Z' })
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual(['end_date'])
  expect(await stranger.call('DELETE', `/prices/${id}`)).toMatchObject({ status: 404 })
})

test('queryPrice 200 leaves out prices that are over, unless they are asked for', async () => {
  const plan = await caller.create('/plans', { name: 'Search' })
  const kept = await caller.create('/prices', priceBody(plan.id))
  const over = await caller.create('/prices', priceBody(plan.id))
  await caller.call('DELETE', `/prices/${over.id}`)
  const search = { plan_ids: [plan.id], expand: 'plan' }
  expect(await caller.call('POST', '/prices/search', search)).toMatchObject({
    status: 200,
    body: { items: [{ id: kept.id, plan: { id: plan.id, name: 'Search' } }], pagination: { total: 1 } },
  })
  expect(
    await caller.call('POST', '/prices/search', { ...search, allow_expired_prices: true }),
  ).toMatchObject({
    body: { pagination: { total: 2 } },
  })
})

test('queryPrice 200 compares amounts to the last digit', async () => {
  const plan = await caller.create('/plans', { name: 'Digits' })
  await caller.create('/prices', priceBody(plan.id, { amount: '0.100000000000000001' }))
  const search = (number: string) =>
    `{"plan_ids":["${plan.id}"],"filters":[{"field":"amount","operator":"eq","value":{"number":${number}}}]}`
  const totalOf = async (number: string) => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/v1/prices/search',
      headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json' },
      payload: search(number),
    })
    return response.json().pagination.total
  }
  expect(await totalOf('0.100000000000000001')).toBe(1)
  expect(await totalOf('0.100000000000000002')).toBe(0)
  expect(await totalOf('0.1')).toBe(0)
})

test('queryPrice 400 not_implemented for other expansions', async () => {
  const answer = await caller.call('POST', '/prices/search', { expand: 'plan,addons' })
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['expand'])
})
