import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let planId: string

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'Pro' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('201 with the price, its amount to the digit', async () => {
  const amount = '12345678901234567890.123456789012345678'
  const answer = await caller.call(
    'POST',
    '/prices',
    priceBody(planId, { amount, currency: 'USD', lookup_key: 'seat' }),
  )
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({
    amount,
    currency: 'usd',
    entity_type: 'PLAN',
    entity_id: planId,
    lookup_key: 'seat',
    billing_period_count: 1,
    trial_period_days: 0,
    billing_cadence: 'RECURRING',
    price_unit_type: 'FIAT',
    tenant_id: caller.scoped.scope.tenantId,
    environment_id: caller.scoped.scope.environmentId,
  })
  expect(answer.body).not.toHaveProperty('end_date')
  expect(answer.body).not.toHaveProperty('tiers')
})

test('201 with the tiers as given', async () => {
  const tiers = [{ up_to: 100, unit_amount: '0.10', flat_amount: '5' }, { unit_amount: '0.05' }]
  const body = priceBody(planId, { billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined, tiers })
  const answer = await caller.call('POST', '/prices', body)
  expect(answer).toMatchObject({
    status: 201,
    body: {
      tier_mode: 'SLAB',
      tiers: [{ up_to: 100, unit_amount: '0.1', flat_amount: '5' }, { unit_amount: '0.05' }],
    },
  })
})

test('201 for the field that old SDKs always send', async () => {
  const answer = await caller.call('POST', '/prices', priceBody(planId, { billing_cadence: 'ONETIME' }))
  expect(answer.status).toBe(201)
})

test.each([
  ['a negative amount', { amount: '-1' }, { amount: 'must not be negative' }],
  ['a currency that does not exist', { currency: 'zzz' }, { currency: 'is not a currency of ISO 4217' }],
  ['a wrong enum', { billing_model: 'FREE' }, { billing_model: expect.stringContaining('FLAT_FEE') }],
  ['an unknown field', { colour: 'red' }, { colour: 'is not a known field' }],
  [
    'no number for an amount',
    { amount: true },
    { amount: expect.stringContaining('must be a decimal number') },
  ],
  [
    'an end before the start',
    { start_date: '2026-02-01T00:00:00Z', end_date: '2026-01-01T00:00:00Z' },
    { end_date: 'must be after start_date' },
  ],
  [
    'packages of nothing',
    { billing_model: 'PACKAGE', transform_quantity: { divide_by: 0 } },
    { 'transform_quantity.divide_by': expect.any(String) },
  ],
])('400 for %s', async (_what, changes, problems) => {
  const answer = await caller.call('POST', '/prices', priceBody(planId, changes))
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error', http_status_code: 400 } })
  expect(problemsOf(answer)).toMatchObject(problems)
})

test.each([
  [
    'does not ascend',
    [{ up_to: 10, unit_amount: '1' }, { up_to: 10, unit_amount: '1' }, { unit_amount: '1' }],
    'tiers[1].up_to',
  ],
  ['does not end open', [{ up_to: 10, unit_amount: '1' }], 'tiers[0].up_to'],
  ['has a negative amount', [{ up_to: 10, unit_amount: '-1' }, { unit_amount: '1' }], 'tiers[0].unit_amount'],
  ['is not whole', [{ up_to: 1.5, unit_amount: '1' }, { unit_amount: '1' }], 'tiers[0].up_to'],
])('400 that names the tier where a ladder %s', async (_what, tiers, path) => {
  const body = priceBody(planId, { billing_model: 'TIERED', tier_mode: 'VOLUME', amount: undefined, tiers })
  const answer = await caller.call('POST', '/prices', body)
  expect(answer.status).toBe(400)
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test.each([
  [
    'own price units',
    { price_unit_type: 'CUSTOM', price_unit_config: { price_unit: 'credit' } },
    ['price_unit_config', 'price_unit_type'],
  ],
  ['prices of addons', { entity_type: 'ADDON' }, ['entity_type']],
])('400 not_implemented that names the fields of %s', async (_what, changes, paths) => {
  const answer = await caller.call('POST', '/prices', priceBody(planId, changes))
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer)).toSorted()).toEqual(paths)
})

test('201 where what is not built is empty or at its default', async () => {
  const empty = { filter_values: {}, metadata: {}, tiers: [] }
  expect(await caller.call('POST', '/prices', priceBody(planId, empty))).toMatchObject({ status: 201 })
})

test("404 for another tenant's plan, as for one that does not exist", async () => {
  const stranger = await gateway.newCaller()
  expect(await stranger.call('POST', '/prices', priceBody(planId))).toMatchObject({ status: 404 })
  expect(await stranger.call('POST', '/prices', priceBody('plan_01JZ'))).toMatchObject({ status: 404 })
})

test('404 that says so for the id of another kind', async () => {
  const customer = await caller.create('/customers', { external_id: 'acme', name: 'Acme' })
  const answer = await caller.call('POST', '/prices', priceBody(customer.id))
  expect(answer).toMatchObject({
    status: 404,
    body: { code: 'not_found', message: `${customer.id} is the id of a customer, not of a plan` },
  })
})

test('409 for a lookup key that another price has', async () => {
  await caller.create('/prices', priceBody(planId, { lookup_key: 'taken' }))
  const answer = await caller.call('POST', '/prices', priceBody(planId, { lookup_key: 'taken' }))
  expect(answer).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['lookup_key'])
})
