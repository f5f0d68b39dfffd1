import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decimalText } from '../decimal-text.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { makeSubscribable, startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const start_date = '2026-03-01T00:00:00Z'
const long = { start_date: '2020-01-01T00:00:00Z' }

test('it bills what is FIXED and ADVANCE in the first period, each line with how it came about', async () => {
  const { body, planId } = await makeSubscribable(caller, { min_quantity: 3 })
  const tiers = [{ up_to: 10, unit_amount: '2', flat_amount: '1' }, { unit_amount: '0.333' }]
  const more = [
    { billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined, tiers, min_quantity: 15 },
    { billing_model: 'PACKAGE', amount: '7', transform_quantity: { divide_by: 4 }, min_quantity: 9 },
    { billing_period: 'ONETIME', amount: '99.99' },
    { invoice_cadence: 'ARREAR', amount: '1000' },
    { amount: '2000', start_date: '2026-03-20T00:00:00Z' },
    { amount: '3000', billing_period: 'ANNUAL' },
    { amount: '4000', currency: 'eur' },
    { amount: '5000', start_date: '2020-01-01T00:00:00Z', end_date: '2026-02-01T00:00:00Z' },
  ]
  for (const price of more) await caller.create('/prices', priceBody(planId, { ...long, ...price }))
  const { id } = await caller.create('/subscriptions', body({ start_date }))
  const lines = await linesOf(id)
  // 3 × 10.50; 10 × 2 + 1 + 5 × 0.333, rounded; 3 packages of 7; once 99.99.
  // 2000 began inside the period, and before now.
  expect(lines.map(({ amount }) => amount)).toEqual(['31.5', '22.67', '21', '99.99', '2000'].toSorted())
  expect(lines.every(({ explanation }) => 'charge' in explanation)).toBe(true)
  expect(await totalOf(id)).toBe('2175.16')
  // The one in arrear has its line, for later.
  const answer = await caller.call('GET', `/subscriptions/${id}`)
  expect(answer).toMatchObject({ body: { line_items: { length: 6 } } })
})

test('a usage price has its line, and nothing to bill in advance: no opening invoice', async () => {
  const plan = await caller.create('/plans', { name: 'Usage' })
  const feature = await caller.create('/features', meteredFeatureBody())
  const usage = usageOf(feature.meter_id, { ...long, amount: '0.01' })
  const { id: priceId } = await caller.create('/prices', priceBody(plan.id, usage))
  const { externalId } = await makeSubscribable(caller)
  const { id } = await caller.create('/subscriptions', {
    external_customer_id: externalId,
    plan_id: plan.id,
    currency: 'usd',
    billing_period: 'MONTHLY',
    override_line_items: [{ price_id: priceId, amount: '0.02' }],
  })
  const answer = await caller.call('GET', `/subscriptions/${id}`)
  expect(answer).toMatchObject({
    body: { subscription_status: 'active', line_items: [{ price_type: 'USAGE' }] },
  })
  expect(await linesOf(id)).toEqual([])
  expect(await totalOf(id)).toBeUndefined()
})

test('an end inside the first period cuts it, and prorates where that is wanted', async () => {
  const { body } = await makeSubscribable(caller)
  const end_date = '2026-03-11T00:00:00Z'
  const whole = await caller.create('/subscriptions', body({ start_date, end_date }))
  expect(whole).toMatchObject({ current_period_end: '2026-03-11T00:00:00.000Z' })
  expect(await totalOf(whole.id)).toBe('10.5')
  const proration_behavior = 'create_prorations'
  const share = await caller.create('/subscriptions', body({ start_date, end_date, proration_behavior }))
  // 10 of 31 days of 10.50 is 3.387…
  expect(await totalOf(share.id)).toBe('3.39')
})

test('an explicit anchor makes the first period short, and stays', async () => {
  const { body } = await makeSubscribable(caller)
  const billing_anchor = '2026-01-31T00:00:00Z'
  const answer = await caller.create('/subscriptions', body({ start_date, billing_anchor }))
  expect(answer).toMatchObject({
    billing_anchor: '2026-01-31T00:00:00.000Z',
    current_period_end: '2026-03-31T00:00:00.000Z',
  })
})

test('yen have no minor unit, and dinars three', async () => {
  const yen = await makeSubscribable(caller, { currency: 'jpy', amount: '10.5' })
  const inYen = await caller.create('/subscriptions', yen.body({ currency: 'JPY' }))
  expect(await totalOf(inYen.id)).toBe('11')
  const dinars = await makeSubscribable(caller, { currency: 'kwd', amount: '10.50049' })
  const inDinars = await caller.create('/subscriptions', dinars.body({ currency: 'kwd' }))
  expect(await totalOf(inDinars.id)).toBe('10.5')
})

async function linesOf(subscriptionId: string) {
  const lines = await caller.scoped.db
    .selectFrom('invoice_line_items')
    .select(['amount', 'explanation'])
    .where('subscription_id', '=', subscriptionId)
    .execute()
  return lines
    .map(({ amount, explanation }) => ({ amount: decimalText(amount), explanation }))
    .toSorted((left, right) => (left.amount < right.amount ? -1 : 1))
}

async function totalOf(subscriptionId: string): Promise<string | undefined> {
  const invoice = await caller.scoped.db
    .selectFrom('invoices')
    .select('total')
    .where('subscription_id', '=', subscriptionId)
    .executeTakeFirst()
  return invoice && decimalText(invoice.total)
}
