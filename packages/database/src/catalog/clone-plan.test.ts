import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { overridePrice } from '../testing/line-world.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import { clonePlan } from './clone-plan.ts'
import type { PlanRow } from './plans.ts'
import { endPrice, updatePrice } from './price-edits.ts'
import { listPlanPrices } from './prices.ts'

let databases: TestDatabase
let scoped: Scoped

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
})
afterAll(() => databases[Symbol.asyncDispose]())

function clone(sourceId: string, at = now): Promise<PlanRow> {
  return inTransaction(scoped, (transaction) => clonePlan(transaction, sourceId, {}, at))
}

test('a clone has chains of its own: what runs, what follows it, what is scheduled, and no overrides', async () => {
  const source = await addPlan(scoped)
  const old = await addPrice(scoped, { plan_id: source.id, start_date: daysFromNow(-30), lookup_key: 'seat' })
  const tiers = [{ up_to: null, unit_amount: '0.1', flat_amount: null }]
  const tiered = await addPrice(scoped, {
    plan_id: source.id,
    billing_model: 'TIERED',
    tier_mode: 'SLAB',
    tiers,
    start_date: daysFromNow(5),
    end_date: daysFromNow(9),
  })
  const edit = { priceId: old.id, changes: { amount: '20' }, effectiveFrom: daysFromNow(3), now }
  const next = await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
  const over = await addPrice(scoped, { plan_id: source.id, start_date: daysFromNow(-30) })
  await inTransaction(scoped, (transaction) =>
    endPrice(transaction, { priceId: over.id, endDate: daysFromNow(-1), now }),
  )
  const subscription = await addSubscription(scoped, { plan_id: source.id })
  await overridePrice(scoped, {
    subscriptionId: subscription.id,
    priceId: old.id,
    money: { amount: '1' },
    effectiveFrom: now,
    now,
  })

  const plan = await clone(source.id)
  const copies = await listPlanPrices(scoped, [plan.id], now)
  expect(copies).toHaveLength(3)
  const [first, second, third] = copies
  expect(first).toMatchObject({
    amount: old.amount,
    start_date: now,
    end_date: daysFromNow(3),
    root_price_id: first?.id,
    lookup_key: null,
  })
  expect(second).toMatchObject({
    tiers,
    start_date: daysFromNow(5),
    end_date: daysFromNow(9),
    root_price_id: second?.id,
  })
  expect(third).toMatchObject({ amount: next.amount, start_date: daysFromNow(3), root_price_id: first?.id })
  expect(first?.successor_price_id).toBe(third?.id)
  const ids = copies.map(({ id }) => id)
  expect(new Set(ids).size).toBe(3)
  expect(ids).not.toContain(tiered.id)
  expect(await listPlanPrices(scoped, [source.id], now)).toHaveLength(3)
})

test('a price whose predecessor is over begins a chain in the clone', async () => {
  const source = await addPlan(scoped)
  const old = await addPrice(scoped, { plan_id: source.id, start_date: daysFromNow(-30) })
  const edit = { priceId: old.id, changes: { amount: '20' }, now }
  await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
  const plan = await clone(source.id, daysFromNow(1))
  const [copy] = await listPlanPrices(scoped, [plan.id], now)
  expect(copy).toMatchObject({
    root_price_id: copy?.id,
    start_date: daysFromNow(1),
    successor_price_id: null,
  })
})

test("a sync brings the clone's prices to the clone's subscriptions", async () => {
  const source = await addPlan(scoped)
  await addPrice(scoped, { plan_id: source.id, start_date: daysFromNow(-30) })
  const plan = await clone(source.id)
  const subscription = await addSubscription(scoped, { plan_id: plan.id })
  expect(await runPriceSync(scoped, plan.id)).toMatchObject({ pricesAdded: 1 })
  const [copy] = await listPlanPrices(scoped, [plan.id], now)
  expect(await linesOf(scoped, subscription.id)).toMatchObject([{ price_id: copy?.id }])
})

test('a clone of a plan that does not exist is not made', async () => {
  await expect(clone('plan_none')).rejects.toMatchObject({ code: 'not_found' })
})
