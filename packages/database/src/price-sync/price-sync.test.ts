import { createTestDatabase, insertMonthlySubscriptions, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endPrice, type PriceEdit, type PriceEnd, updatePrice } from '../catalog/price-edits.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { endLineItem } from '../line-items/line-item-ends.ts'
import { insertSubscriptions } from '../subscriptions/subscriptions.ts'
import {
  addPlan,
  addPrice,
  addSubscription,
  daysFromNow,
  newSubscription,
  now,
} from '../testing/catalog-rows.ts'
import { overridePrice } from '../testing/line-world.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

const none = { incompatible: 0, ended: 0, overridden: 0, endedByUser: 0, inSync: 0 }
const open = { quantity: 1, end_date: null, ended_by: null }

function edit(change: PriceEdit) {
  return inTransaction(scoped, (transaction) => updatePrice(transaction, change))
}

function end(change: PriceEnd) {
  return inTransaction(scoped, (transaction) => endPrice(transaction, change))
}

async function lineOf(subscriptionId: string, priceId: string) {
  const { id } = await scoped.db
    .selectFrom('subscription_line_items')
    .select('id')
    .where('subscription_id', '=', subscriptionId)
    .where('price_id', '=', priceId)
    .executeTakeFirstOrThrow()
  return id
}

test('a price without a line is added from the later of the two starts, with its least quantity', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const started = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(-9), min_quantity: 5 })
  const scheduled = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(4) })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    pricesAdded: 2,
    pricesRemoved: 0,
    skipped: none,
  })
  expect(await linesOf(scoped, subscription.id)).toEqual([
    { ...open, price_id: started.id, quantity: 5, start_date: now },
    { ...open, price_id: scheduled.id, start_date: daysFromNow(4) },
  ])
})

test('a price with an end gives a line that ends with it, and counts as added', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId, end_date: daysFromNow(8) })
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 1 })
  expect(await linesOf(scoped, subscription.id)).toEqual([
    { price_id: price.id, quantity: 1, start_date: now, end_date: daysFromNow(8), ended_by: 'price' },
  ])
})

test.each([
  ['another currency', { currency: 'eur' }, 'other_currency'],
  ['another period', { billing_period: 'ANNUAL' }, 'other_period'],
  ['another count', { billing_period_count: 3 }, 'other_period'],
  ['a one-time price', { billing_period: 'ONETIME' }, 'one_time'],
] as const)('%s is skipped as incompatible, and named with its reason', async (_, terms, reason) => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const { id: price_id } = await addPrice(scoped, { plan_id: planId, ...terms })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    pricesAdded: 0,
    skipped: { ...none, incompatible: 1 },
    skippedPrices: [{ price_id, reason, subscriptions: 1 }],
  })
  expect(await linesOf(scoped, subscription.id)).toEqual([])
})

test('a price that has ended in billed time gives no line', async () => {
  await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(-9) })
  await end({ priceId: price.id, endDate: daysFromNow(-1), now })
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 0, skipped: { ...none, ended: 1 } })
})

test('an edited price ends its line and the successor takes over, with the quantity of the line before', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId, min_quantity: 7 })
  await runPriceSync(scoped, planId)
  const successor = await edit({
    priceId: price.id,
    changes: { amount: '12.5' },
    effectiveFrom: daysFromNow(3),
    now,
  })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    pricesAdded: 1,
    pricesRemoved: 1,
    skipped: none,
  })
  expect(await linesOf(scoped, subscription.id)).toEqual([
    { price_id: price.id, quantity: 7, start_date: now, end_date: daysFromNow(3), ended_by: 'price' },
    { ...open, price_id: successor.id, quantity: 7, start_date: daysFromNow(3) },
  ])
})

test('a line whose end the price set follows it, later and earlier', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId, end_date: daysFromNow(8) })
  await runPriceSync(scoped, planId)
  await end({ priceId: price.id, endDate: daysFromNow(20), now })
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 1, pricesRemoved: 0 })
  await end({ priceId: price.id, endDate: daysFromNow(5), now })
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 0, pricesRemoved: 1 })
  expect(await linesOf(scoped, subscription.id)).toMatchObject([
    { end_date: daysFromNow(5), ended_by: 'price' },
  ])
})

test('a line is never given an end before its start', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(-9) })
  await runPriceSync(scoped, planId)
  await end({ priceId: price.id, endDate: daysFromNow(-2), now })
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesRemoved: 1 })
  expect(await linesOf(scoped, subscription.id)).toMatchObject([{ start_date: now, end_date: now }])
})

test('a line that a user ended stays ended, and its chain gets no successor', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId })
  await runPriceSync(scoped, planId)
  const lineItemId = await lineOf(subscription.id, price.id)
  await endLineItem(scoped, { lineItemId, endDate: daysFromNow(2), now })
  const later = { changes: { amount: '11' }, effectiveFrom: daysFromNow(2), now }
  await edit({ priceId: price.id, ...later })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    pricesAdded: 0,
    pricesRemoved: 0,
    skipped: { ...none, endedByUser: 2 },
  })
  expect(await linesOf(scoped, subscription.id)).toMatchObject([
    { end_date: daysFromNow(2), ended_by: 'user' },
  ])
})

test('a subscription that overrides any price of a chain keeps its own price', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId })
  await runPriceSync(scoped, planId)
  const { priceId: override } = await overridePrice(scoped, {
    subscriptionId: subscription.id,
    priceId: price.id,
    money: { amount: '3' },
    effectiveFrom: daysFromNow(1),
    now,
  })
  const from = { effectiveFrom: daysFromNow(1), now }
  const successor = await edit({ priceId: price.id, changes: { amount: '11' }, ...from })
  await edit({ priceId: successor.id, changes: { amount: '12' }, effectiveFrom: daysFromNow(9), now })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    pricesAdded: 0,
    skipped: { ...none, overridden: 3 },
  })
  expect(await linesOf(scoped, subscription.id)).toMatchObject([
    { price_id: price.id, end_date: daysFromNow(1), ended_by: 'user' },
    { price_id: override, start_date: daysFromNow(1), end_date: null },
  ])
})

test.each([
  ['at once', {}],
  ['for the next period', { effectiveAt: 'next_period' as const }],
])(
  'a full page of edits %s, right after a load that no statistics know of, takes no longer than a page may',
  async (_, timing) => {
    const { customer_id: customerId } = await addSubscription(scoped, { plan_id: planId })
    const prices = []
    for (let price = 0; price < 5; price++) prices.push(await addPrice(scoped, { plan_id: planId }))
    await insertMonthlySubscriptions(scoped, { planId, customerId, count: 5_000 })
    for (const { id: priceId } of prices)
      await edit({ priceId, changes: { amount: '11' }, ...timing, now: daysFromNow(1) })
    // Each pair's line is looked up by itself; as a join of sets this ran into the statement's time limit.
    const counts = await runPriceSync(scoped, planId, { slices: 1, subscriptionsMax: 5_001 })
    // The first subscription had no lines yet: it gets those of both prices.
    expect(counts).toMatchObject({ pricesRemoved: 25_000, pricesAdded: 25_010 })
  },
)

test('cancelled subscriptions are left alone, paused ones are not', async () => {
  const cancelled = await addSubscription(scoped, { plan_id: planId, subscription_status: 'cancelled' })
  const paused = await addSubscription(scoped, { plan_id: planId, subscription_status: 'paused' })
  await addPrice(scoped, { plan_id: planId })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    subscriptionsTotal: 1,
    subscriptionsProcessed: 1,
  })
  expect(await linesOf(scoped, cancelled.id)).toHaveLength(0)
  expect(await linesOf(scoped, paused.id)).toHaveLength(1)
})

test('a second run finds the watermark and looks at nothing', async () => {
  await addSubscription(scoped, { plan_id: planId })
  await addPrice(scoped, { plan_id: planId })
  await runPriceSync(scoped, planId)
  expect(await runPriceSync(scoped, planId)).toBeUndefined()
})

test('a subscription made after the prices is passed over: its lines were made with it', async () => {
  const before = await addSubscription(scoped, { plan_id: planId })
  await addPrice(scoped, { plan_id: planId })
  const [after = ''] = await insertSubscriptions(scoped, {
    planId,
    now,
    subscriptions: [newSubscription(before.customer_id)],
  })
  expect(await linesOf(scoped, after)).toHaveLength(1)
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    subscriptionsTotal: 2,
    subscriptionsProcessed: 1,
    pricesAdded: 1,
    skipped: none,
  })
})

test('a plan without subscriptions is synced at once', async () => {
  await addPrice(scoped, { plan_id: planId })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    subscriptionsTotal: 0,
    subscriptionsProcessed: 0,
  })
  expect(await runPriceSync(scoped, planId)).toBeUndefined()
})
