import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import {
  addMeteredFeature,
  addPlan,
  addPrice,
  addSubscription,
  daysFromNow,
  monthly,
  now,
} from '../testing/catalog-rows.ts'
import { overridePrice } from '../testing/line-world.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import { updatePrice } from './price-edits.ts'
import { getPrice, insertPrices, searchPrices } from './prices.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
let meterId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
  meterId = (await addMeteredFeature(scoped)).meter_id ?? ''
})
afterAll(() => databases[Symbol.asyncDispose]())

const filter_values = { region: ['eu'] }
const usage = () =>
  ({ plan_id: planId, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id: meterId, filter_values }) as const

test('a usage price gets its line by a sync, and its successor takes over with the meter', async () => {
  const subscription = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, usage())
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 1, pricesRemoved: 0 })
  const edit = { priceId: price.id, changes: { amount: '0.2' }, effectiveFrom: daysFromNow(3), now }
  const successor = await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
  expect(successor).toMatchObject({
    type: 'USAGE',
    meter_id: meterId,
    filter_values,
    root_price_id: price.id,
  })
  expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 1, pricesRemoved: 1 })
  expect(await linesOf(scoped, subscription.id)).toMatchObject([
    { price_id: price.id, end_date: daysFromNow(3) },
    { price_id: successor.id, start_date: daysFromNow(3), end_date: null },
  ])
  expect(await runPriceSync(scoped, planId)).toBeUndefined()
})

test("a subscription's override of a usage price bills the same meter's same events", async () => {
  const { id: subscriptionId } = await addSubscription(scoped, { plan_id: planId })
  const price = await addPrice(scoped, usage())
  const override = { subscriptionId, priceId: price.id, money: { amount: '0.1' }, effectiveFrom: now, now }
  const { priceId } = await overridePrice(scoped, override)
  expect(await getPrice(scoped, priceId)).toMatchObject({
    type: 'USAGE',
    meter_id: meterId,
    filter_values,
  })
})

test('prices of a list with a meter that does not exist are not made, none of them', async () => {
  const prices = [monthly(usage()), monthly({ ...usage(), meter_id: 'meter_none' })]
  await expect(
    inTransaction(scoped, (transaction) => insertPrices(transaction, prices, now)),
  ).rejects.toMatchObject({ code: 'not_found', message: 'Meter meter_none does not exist' })
  expect(await searchPrices(scoped, { plan_ids: [planId] }, now)).toEqual({ items: [], total: 0 })
})

test('the database refuses a usage price without a meter, and a fixed one with buckets', async () => {
  const price = monthly({ plan_id: planId, type: 'USAGE', invoice_cadence: 'ARREAR' })
  const insert = (row: typeof price) =>
    inTransaction(scoped, (transaction) => insertPrices(transaction, [row], now))
  await expect(insert(price)).rejects.toMatchObject({ cause: { constraint: 'prices_meter_for_usage' } })
  await expect(insert(monthly({ plan_id: planId, bucket_size: 'DAY' }))).rejects.toMatchObject({
    cause: { constraint: 'prices_metering_for_usage' },
  })
})
