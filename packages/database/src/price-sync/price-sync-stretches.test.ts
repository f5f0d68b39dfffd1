import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type PriceEdit, updatePrice } from '../catalog/price-edits.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { updateLineItem } from '../line-items/line-item-edits.ts'
import { endLineItem } from '../line-items/line-item-ends.ts'
import { addPlan, addPrice, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { closePeriod } from '../testing/close-period.ts'
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

function edit(change: PriceEdit) {
  return inTransaction(scoped, (transaction) => updatePrice(transaction, change))
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

test.each([
  ['of the current period, which is not billed', null, 1],
  ['of a period whose invoice is still a draft', 'DRAFT', 1],
  ['of a period whose invoice is closed', 'SKIPPED', 0],
] as const)('a version that came and went between two syncs: %s', async (_, invoiceStatus, pricesAdded) => {
  const subscription = await subscribeTo(invoiceStatus)
  const start_date = daysFromNow(2)
  const price = await addPrice(scoped, { plan_id: planId, start_date, min_quantity: 4 })
  await edit({ priceId: price.id, changes: { amount: '11' }, effectiveFrom: daysFromNow(5), now })
  const counts = await runPriceSync(scoped, planId, { at: daysFromNow(9) })
  expect(counts).toMatchObject({
    pricesAdded: 1 + pricesAdded,
    pricesRemoved: 0,
    skipped: { ...none, ended: 1 - pricesAdded },
  })
  const came = { price_id: price.id, quantity: 4, start_date, end_date: daysFromNow(5), ended_by: 'price' }
  expect((await linesOf(scoped, subscription)).slice(0, pricesAdded)).toEqual([came].slice(0, pricesAdded))
  expect((await linesOf(scoped, subscription)).at(-1)).toMatchObject({ start_date: daysFromNow(5) })
})

/** A subscription, in its first period, or in the second one where the first one has an invoice. */
async function subscribeTo(invoiceStatus: 'DRAFT' | 'SKIPPED' | null): Promise<string> {
  const { id } = await addSubscription(scoped, { plan_id: planId })
  const end = daysFromNow(8)
  if (invoiceStatus !== null) await closePeriod(scoped, id, { end, invoiceStatus })
  return id
}

test("before a user's end, and before an override, the plan's version is the sync's to choose", async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const ended = await addPrice(scoped, { plan_id: planId, min_quantity: 2 })
  const overridden = await addPrice(scoped, { plan_id: planId, min_quantity: 3 })
  await runPriceSync(scoped, planId)
  const lineItemId = await lineOf(subscription.id, ended.id)
  await endLineItem(scoped, { lineItemId, endDate: daysFromNow(4), now })
  const override = { subscriptionId: subscription.id, priceId: overridden.id, money: { amount: '3' } }
  const own = await overridePrice(scoped, { ...override, effectiveFrom: daysFromNow(4), now })
  const change = { changes: { amount: '11' }, effectiveFrom: daysFromNow(1), now }
  const next = await edit({ priceId: ended.id, ...change })
  const other = await edit({ priceId: overridden.id, ...change })
  expect(await runPriceSync(scoped, planId)).toMatchObject({
    pricesAdded: 2,
    pricesRemoved: 2,
    skipped: none,
  })
  const before = { start_date: now, end_date: daysFromNow(1), ended_by: 'price' }
  const between = { start_date: daysFromNow(1), end_date: daysFromNow(4), ended_by: 'user' }
  expect(await linesOf(scoped, subscription.id)).toMatchObject([
    { price_id: ended.id, ...before },
    { price_id: overridden.id, ...before },
    { price_id: next.id, ...between, quantity: 2 },
    { price_id: other.id, ...between, quantity: 3 },
    { price_id: own.priceId, start_date: daysFromNow(4), end_date: null },
  ])
})

test('a change of quantity reaches the version that was at work then, though it came later', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId })
  await runPriceSync(scoped, planId)
  const lineItemId = await lineOf(subscription.id, price.id)
  await updateLineItem(scoped, { lineItemId, quantity: '6', money: {}, now: daysFromNow(4) })
  const effectiveFrom = daysFromNow(2)
  const next = await edit({
    priceId: price.id,
    changes: { amount: '11' },
    effectiveFrom,
    now: daysFromNow(5),
  })
  await runPriceSync(scoped, planId)
  expect(await linesOf(scoped, subscription.id)).toEqual([
    { price_id: price.id, quantity: 1, start_date: now, end_date: daysFromNow(2), ended_by: 'price' },
    {
      price_id: next.id,
      quantity: 1,
      start_date: daysFromNow(2),
      end_date: daysFromNow(4),
      ended_by: 'user',
    },
    // Without a length: it says since when it is six.
    {
      price_id: price.id,
      quantity: 6,
      start_date: daysFromNow(4),
      end_date: daysFromNow(4),
      ended_by: 'price',
    },
    { price_id: next.id, quantity: 6, start_date: daysFromNow(4), end_date: null, ended_by: null },
  ])
})

test('an edit that is not synced yet stands in nobody’s way: what changed meanwhile comes to the successor', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, { plan_id: planId })
  await runPriceSync(scoped, planId)
  const change = { changes: { amount: '11' }, effectiveFrom: daysFromNow(2), now }
  const successor = await edit({ priceId: price.id, ...change })
  const lineItemId = await lineOf(subscription.id, price.id)
  await updateLineItem(scoped, { lineItemId, quantity: '5', money: {}, now: daysFromNow(3) })
  await runPriceSync(scoped, planId)
  const lines = await linesOf(scoped, subscription.id)
  expect(lines.filter(({ price_id }) => price_id === successor.id)).toMatchObject([
    { quantity: 1, start_date: daysFromNow(2), end_date: daysFromNow(3) },
    { quantity: 5, start_date: daysFromNow(3), end_date: null },
  ])
})
