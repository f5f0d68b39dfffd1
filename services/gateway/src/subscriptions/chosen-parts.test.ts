import {
  finishPriceSyncRun,
  getPriceSyncRun,
  startPriceSyncRun,
  syncPriceSlicePage,
} from '@flexprice/database/price-sync'
import { assert } from '@flexprice/domain'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { makeSubscribable, startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const start_date = '2026-04-01T00:00:00.000Z'

test("an overridden entitlement holds for its subscription, and the customer's limits add it up", async () => {
  const { body, entitlementId, customerId } = await entitledPlan()
  await caller.create('/subscriptions', body())
  const override_entitlements = [{ entitlement_id: entitlementId, usage_limit: 7 }]
  const { id } = await caller.create('/subscriptions', body({ override_entitlements }))
  expect(await limitOf(`/subscriptions/${id}/entitlements`)).toBe(7)
  expect(await limitOf(`/customers/${customerId}/entitlements`)).toBe(107)
})

test('an override can take the limit off, and can disable the entitlement', async () => {
  const { body, entitlementId, customerId } = await entitledPlan()
  const disabled = [{ entitlement_id: entitlementId, is_enabled: false }]
  await caller.create('/subscriptions', body({ override_entitlements: disabled }))
  expect(await limitOf(`/customers/${customerId}/entitlements`)).toBe(0)
  const free = [{ entitlement_id: entitlementId, usage_limit: null }]
  await caller.create('/subscriptions', body({ override_entitlements: free }))
  expect(await limitOf(`/customers/${customerId}/entitlements`)).toBeUndefined()
})

test.each<[string, object[], Record<string, unknown>]>([
  [
    'one that is not there',
    [{ entitlement_id: 'ent_none' }],
    { 'override_entitlements[0].entitlement_id': "is not an entitlement of the subscription's plan" },
  ],
  [
    'a term that the feature does not have',
    [{ static_value: 'gold' }],
    { 'override_entitlements[0].static_value': 'is for static features, and this one is metered' },
  ],
  [
    'one twice',
    [{ usage_limit: 1 }, { usage_limit: 2 }],
    { 'override_entitlements[1].entitlement_id': 'is overridden by another item already' },
  ],
])('400 for the override of %s, by its field, and nothing is made', async (_what, items, problems) => {
  const { body, entitlementId, customerId } = await entitledPlan()
  const override_entitlements = items.map((item) => ({ entitlement_id: entitlementId, ...item }))
  const answer = await caller.call('POST', '/subscriptions', body({ override_entitlements }))
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(problemsOf(answer)).toEqual(problems)
  expect(await caller.call('POST', '/subscriptions/search', { customer_id: customerId })).toMatchObject({
    body: { pagination: { total: 0 } },
  })
})

test("400 for the override of another plan's and of another environment's entitlement", async () => {
  const { body } = await entitledPlan()
  const other = await entitledPlan()
  const stranger = await gateway.newCaller()
  const theirs = await entitledPlan(stranger)
  const override_entitlements = [other, theirs].map(({ entitlementId }) => ({
    entitlement_id: entitlementId,
    usage_limit: 1,
  }))
  const answer = await caller.call('POST', '/subscriptions', body({ override_entitlements }))
  expect(Object.keys(problemsOf(answer))).toEqual([
    'override_entitlements[0].entitlement_id',
    'override_entitlements[1].entitlement_id',
  ])
})

test("a draft's overrides are there before it begins, and stay as they were changed since", async () => {
  const { body, entitlementId } = await entitledPlan()
  const override_entitlements = [{ entitlement_id: entitlementId, usage_limit: 7 }]
  const draft = body({ subscription_status: 'draft', override_entitlements })
  const { id } = await caller.create('/subscriptions', draft)
  expect(await limitOf(`/subscriptions/${id}/entitlements`)).toBe(7)
  const own = await caller.call('POST', '/entitlements/search', { entity_ids: [id] })
  const [{ id: ownId } = { id: '' }] = z
    .object({ items: z.array(z.object({ id: z.string() })) })
    .parse(own.body).items
  expect((await caller.call('PUT', `/entitlements/${ownId}`, { usage_limit: 9 })).status).toBe(200)
  expect((await caller.call('POST', `/subscriptions/${id}/activate`, { start_date })).status).toBe(200)
  expect(await limitOf(`/subscriptions/${id}/entitlements`)).toBe(9)
})

test('include_price_ids: these prices alone make lines, bill and try, and no price sync brings the others', async () => {
  const { body, planId, priceId } = await makeSubscribable(caller)
  const left = await caller.create('/prices', plainPrice(planId, { trial_period_days: 9 }))
  const answer = await caller.call(
    'POST',
    '/subscriptions',
    body({ start_date, include_price_ids: [priceId], trial_period_days: undefined }),
  )
  expect(answer).toMatchObject({
    status: 201,
    body: { subscription_status: 'active', latest_invoice: { total: '10.5' } },
  })
  expect(linesIn(answer)).toEqual([priceId])
  // An edit of the price that was left out makes the sync look at its chain again.
  expect((await caller.call('PUT', `/prices/${left.id}`, { amount: '3' })).status).toBe(200)
  await syncPrices(planId)
  const { id } = z.looseObject({ id: z.string() }).parse(answer.body)
  expect(linesIn(await caller.call('GET', `/subscriptions/${id}`))).toEqual([priceId])
})

test('an included price brings its scheduled successor, whichever of the two is named', async () => {
  const { body, priceId } = await makeSubscribable(caller)
  const edit = { amount: '12', effective_from: '2090-01-01T00:00:00Z' }
  const { body: edited } = await caller.call('PUT', `/prices/${priceId}`, edit)
  const successor = z.looseObject({ id: z.string() }).parse(edited).id
  for (const one of [priceId, successor]) {
    const answer = await caller.call('POST', '/subscriptions', body({ include_price_ids: [one] }))
    expect(linesIn(answer)).toEqual([priceId, successor])
  }
})

test('400 for prices to include that bring no line, each by its place; an empty list includes all', async () => {
  const { body, priceId, planId } = await makeSubscribable(caller)
  const euros = await caller.create('/prices', plainPrice(planId, { currency: 'eur' }))
  const include_price_ids = [priceId, 'price_none', euros.id]
  const answer = await caller.call('POST', '/subscriptions', body({ include_price_ids }))
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(problemsOf(answer)).toEqual({
    'include_price_ids[1]': expect.stringContaining('price_none'),
    'include_price_ids[2]': expect.stringContaining(euros.id),
  })
  expect(linesIn(await caller.call('POST', '/subscriptions', body({ include_price_ids: [] })))).toEqual([
    priceId,
  ])
})

test('400 for the override of a price that is not included', async () => {
  const { body, priceId, planId } = await makeSubscribable(caller)
  const left = await caller.create('/prices', plainPrice(planId))
  const override_line_items = [{ price_id: left.id, amount: '1' }]
  const request = body({ include_price_ids: [priceId], override_line_items })
  expect(Object.keys(problemsOf(await caller.call('POST', '/subscriptions', request)))).toEqual([
    'override_line_items[0].price_id',
  ])
})

test('a search answers with what each subscription is entitled to, and with its newest invoice', async () => {
  const { body, entitlementId, customerId, featureId, externalId } = await entitledPlan()
  const override_entitlements = [{ entitlement_id: entitlementId, usage_limit: 7 }]
  const { id: overridden } = await caller.create(
    '/subscriptions',
    body({ start_date, override_entitlements }),
  )
  const { id: plain } = await caller.create('/subscriptions', body({ start_date }))
  const { id: later } = await caller.create('/subscriptions', body({ start_date: '2090-01-01T00:00:00Z' }))
  const expand = 'entitlements,latest_invoice'
  const search = { customer_id: customerId, order: 'asc', expand }
  const feature = { id: featureId }
  const latest_invoice = { total: '10.5', billing_reason: 'SUBSCRIPTION_CREATE' }
  const items = [
    { id: overridden, latest_invoice, entitlements: [{ feature, entitlement: { usage_limit: 7 } }] },
    { id: plain, latest_invoice, entitlements: [{ feature, entitlement: { usage_limit: 100 } }] },
    { id: later, entitlements: [{ feature }] },
  ]
  const found = await caller.call('POST', '/subscriptions/search', search)
  expect(found).toMatchObject({ status: 200, body: { items } })
  expect(found.body).not.toMatchObject({ items: [{}, {}, { latest_invoice: {} }] })
  const ofCustomer = `/customers/external/${externalId}/subscriptions?expand=${expand}`
  expect(await caller.call('GET', ofCustomer)).toMatchObject({ body: { items: items.toReversed() } })
  const bare = await caller.call('POST', '/subscriptions/search', { customer_id: customerId })
  expect(
    Object.keys(z.object({ items: z.array(z.looseObject({})) }).parse(bare.body).items[0] ?? {}),
  ).toEqual(expect.not.arrayContaining(['entitlements', 'latest_invoice']))
})

async function entitledPlan(by: Caller = caller) {
  const plan = await makeSubscribable(by)
  const feature = await by.create('/features', meteredFeatureBody())
  const entitlement = await by.create('/entitlements', {
    entity_type: 'PLAN',
    entity_id: plan.planId,
    feature_id: feature.id,
    feature_type: 'metered',
    usage_limit: 100,
  })
  return { ...plan, featureId: feature.id, entitlementId: entitlement.id }
}

async function limitOf(path: string): Promise<number | undefined> {
  const answer = await caller.call('GET', path)
  const { features } = z
    .object({ features: z.array(z.object({ entitlement: z.object({ usage_limit: z.int().optional() }) })) })
    .parse(answer.body)
  expect(features).toHaveLength(1)
  return features[0]?.entitlement.usage_limit
}

function linesIn(answer: Answer): string[] {
  const { line_items } = z
    .object({ line_items: z.array(z.object({ price_id: z.string() })) })
    .parse(answer.body)
  return line_items.map(({ price_id }) => price_id)
}

async function syncPrices(planId: string): Promise<void> {
  const { scoped } = caller
  const workflow = { id: `price-sync:${planId}`, runId: 'run' }
  const started = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
  assert(started.runId !== null, 'there is something to sync')
  const run = await getPriceSyncRun(scoped, started.runId)
  for (const slice of started.slices) {
    await syncPriceSlicePage(scoped, { run, slice, subscriptionsMax: 100, now: new Date() })
  }
  expect(await finishPriceSyncRun(scoped, run.id)).toMatchObject({
    pricesAdded: 0,
    skipped: { endedByUser: 2 },
  })
}

function plainPrice(planId: string, changes: object = {}) {
  return priceBody(planId, { amount: '1', start_date: '2020-01-01T00:00:00Z', ...changes })
}
