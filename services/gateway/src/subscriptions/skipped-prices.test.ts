import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const long = { start_date: '2020-01-01T00:00:00Z' }
const skipped = z.object({
  skipped_prices: z.array(z.object({ price_id: z.string(), reason: z.string(), message: z.string() })),
})

let made = 0

/** Tokens and seats each month in dollars, an annual fee in dollars and in euros, one that ended, one to come, and a feature without a price. */
async function addPlan() {
  const serial = ++made
  const { id: planId } = await caller.create('/plans', { name: 'AI' })
  const featureOf = (name: string) =>
    caller.create('/features', meteredFeatureBody({ name }, { name, event_name: `${name}-${serial}` }))
  const tokens = await featureOf('Tokens')
  const storage = await featureOf('Storage')
  await caller.create('/entitlements', {
    entity_type: 'PLAN',
    entity_id: planId,
    feature_id: storage.id,
    feature_type: 'metered',
  })
  const price = (changes: object) => caller.create('/prices', priceBody(planId, { ...long, ...changes }))
  return {
    planId,
    tokens,
    event_name: `Tokens-${serial}`,
    usage: (await price(usageOf(tokens.meter_id, { amount: '0.5' }))).id,
    seats: (await price({ amount: '20' })).id,
    annual: (await price({ billing_period: 'ANNUAL', amount: '100' })).id,
    euros: (await price({ currency: 'eur', billing_period: 'ANNUAL', amount: '90' })).id,
    ended: (await price({ billing_period: 'ANNUAL', end_date: '2021-01-01T00:00:00Z' })).id,
    coming: (await price({ billing_period: 'ANNUAL', start_date: '2099-01-01T00:00:00Z' })).id,
  }
}

async function customer() {
  const external_customer_id = `skipping-${++made}`
  await caller.create('/customers', { external_id: external_customer_id, name: 'Ada' })
  return { external_customer_id }
}

const annual = { currency: 'usd', billing_period: 'ANNUAL', start_date: '2026-01-01T00:00:00Z' }

test('an annual subscription of a monthly plan says which prices it has not, why, and what nobody bills', async () => {
  const plan = await addPlan()
  const request = { ...(await customer()), ...annual, plan_id: plan.planId }
  const headers = { 'idempotency-key': 'annual' }
  const first = await caller.call('POST', '/subscriptions', request, headers)
  expect(skipped.parse(first.body).skipped_prices).toEqual([
    { price_id: plan.usage, reason: 'other_period', message: 'bills each 1 × MONTHLY' },
    { price_id: plan.seats, reason: 'other_period', message: 'bills each 1 × MONTHLY' },
    { price_id: plan.euros, reason: 'other_currency', message: 'is in eur' },
    { price_id: plan.ended, reason: 'ended', message: 'ended at 2021-01-01T00:00:00.000Z' },
    {
      price_id: plan.coming,
      reason: 'not_at_work_yet',
      message: 'is at work from 2099-01-01T00:00:00.000Z on',
    },
  ])
  expect(first.body).toMatchObject({
    line_items: [{ price_id: plan.annual }, { price_id: plan.coming }],
    warnings: [
      'The subscription has no price for the usage of Tokens, Storage: nobody will be billed for it',
    ],
  })
  expect((await caller.call('POST', '/subscriptions', request, headers)).body).toEqual(first.body)
  const { id } = z.looseObject({ id: z.string() }).parse(first.body)
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).not.toHaveProperty('skipped_prices')
})

test('a refused creation says its reason where its workflow is shown', async () => {
  const { planId } = await addPlan()
  const request = { ...(await customer()), ...annual, currency: 'gbp', plan_id: planId }
  const started = await caller.call('POST', '/subscriptions', request, { prefer: 'respond-async' })
  const { workflow_id } = z.looseObject({ workflow_id: z.string() }).parse(started.body)
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  expect(await caller.call('GET', `/workflows/${workflow_id}`)).toMatchObject({
    body: {
      status: 'Failed',
      error: { code: 'validation_error', message: expect.stringContaining('has no price in gbp') },
    },
  })
})

test('a list names each price once, with the items that have it not; what fits has nothing to say', async () => {
  const plan = await addPlan()
  const item = { ...annual, plan_id: plan.planId }
  const items = [
    { ...(await customer()), ...item },
    { ...(await customer()), ...item, currency: 'eur' },
    { ...(await customer()), ...item, currency: 'gbp' },
  ]
  const { body } = await caller.call('POST', '/subscriptions/bulk', { items })
  const { workflow_id } = z.looseObject({ workflow_id: z.string() }).parse(body)
  const answer = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const { result } = z.looseObject({ result: z.looseObject({}) }).parse(answer.body)
  const names = skipped.shape.skipped_prices.element.extend({ indexes: z.array(z.int()) })
  const { skipped_prices } = z.object({ skipped_prices: z.array(names) }).parse(result)
  const of = (id: string) =>
    skipped_prices.filter(({ price_id }) => price_id === id).map(({ reason, indexes }) => [reason, indexes])
  expect(result).toMatchObject({ created: 2, failed: 1 })
  expect(of(plan.usage)).toEqual([
    ['other_period', [0]],
    ['other_currency', [1]],
  ])
  expect(of(plan.euros)).toEqual([['other_currency', [0]]])
  expect(of(plan.annual)).toEqual([['other_currency', [1]]])
  const { id: alone } = await caller.create('/plans', { name: 'One price' })
  await caller.create('/prices', priceBody(alone, long))
  const fitting = { ...(await customer()), ...annual, billing_period: 'MONTHLY', plan_id: alone }
  const fits = await caller.create('/subscriptions', fitting)
  expect(fits).not.toHaveProperty('skipped_prices')
  expect(fits).not.toHaveProperty('warnings')
})

test('a back-dated start of a plan whose one price began later is told by that price alone', async () => {
  const { id: planId } = await caller.create('/plans', { name: 'Grown' })
  await caller.create('/prices', priceBody(planId, long))
  const later = { start_date: '2026-03-01T00:00:00Z', display_name: 'Seats' }
  const { id: seats } = await caller.create('/prices', priceBody(planId, later))
  const request = { ...(await customer()), ...annual, billing_period: 'MONTHLY', plan_id: planId }
  expect(await caller.create('/subscriptions', request)).toMatchObject({
    warnings: [
      'Not all prices of the plan are at work from 2026-01-01T00:00:00.000Z to 2026-03-01T00:00:00.000Z: nothing will be billed for that time by Seats',
    ],
    skipped_prices: [{ price_id: seats, reason: 'not_at_work_yet' }],
  })
})

test('events of a subscription that has no line for them are listed as unattributed, with that reason', async () => {
  const plan = await addPlan()
  const { external_customer_id } = await customer()
  const request = { ...annual, currency: 'eur', external_customer_id, plan_id: plan.planId }
  await caller.create('/subscriptions', request)
  const event = {
    event_name: plan.event_name,
    external_customer_id,
    event_id: 'euro-tokens',
    timestamp: '2026-02-01T00:00:00Z',
  }
  expect((await caller.call('POST', '/events', event)).status).toBe(202)
  const path = `/events/unattributed?external_customer_id=${external_customer_id}`
  expect(await caller.call('GET', path)).toMatchObject({
    body: { items: [{ id: 'euro-tokens', reason: 'no_line' }] },
  })
  // The same events count as calls, which are free of the currency's gap: the tokens still count nowhere.
  const calls = await caller.create(
    '/features',
    meteredFeatureBody({ name: 'Calls' }, { event_name: plan.event_name }),
  )
  const inEuros = { ...long, currency: 'eur', billing_period: 'ANNUAL', amount: '1' }
  const { id: priceId } = await caller.create(
    '/prices',
    priceBody(plan.planId, usageOf(calls.meter_id, inEuros)),
  )
  await caller.create('/subscriptions', { ...request, include_price_ids: [priceId] })
  expect(await caller.call('GET', path)).toMatchObject({
    body: {
      items: [{ id: 'euro-tokens', reason: 'meter_without_line', meter_ids: [plan.tokens.meter_id] }],
    },
  })
  await caller.create('/subscriptions', { ...request, currency: 'usd', billing_period: 'MONTHLY' })
  expect(await caller.call('GET', path)).toMatchObject({ body: { items: [] } })
})
