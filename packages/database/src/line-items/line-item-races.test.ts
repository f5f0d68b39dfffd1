import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { syncPriceSlicePage } from '../price-sync/price-sync-page.ts'
import { getPriceSyncRun, startPriceSyncRun } from '../price-sync/price-sync-run.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { editPrice, subscribe } from '../testing/line-world.ts'
import { linesOf } from '../testing/run-price-sync.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { insertLineItem, type NewLineItem } from './line-item-additions.ts'
import { updateLineItem } from './line-item-edits.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
let price: PriceRow
let subscriptionId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
  subscriptionId = await subscribe(scoped, planId, { endDate: daysFromNow(100) })
  // Later than the subscription, so that it has no line of it.
  price = await addPrice(scoped, { plan_id: planId, min_quantity: 3 })
})
afterAll(() => databases[Symbol.asyncDispose]())

function add(item: Partial<NewLineItem> = {}, within = scoped): Promise<string> {
  return insertLineItem(within, { subscriptionId, price: { id: price.id }, now, ...item })
}

const lines = () => linesOf(scoped, subscriptionId)
const taken = { code: 'state_conflict', details: { line_item_id: expect.any(String) } }

test.each(['before', 'behind'])(
  'a line that is added %s a running sync’s page is there once',
  async (order) => {
    const workflow = { id: `price-sync:${planId}`, runId: 'run' }
    const { runId } = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
    const run = await getPriceSyncRun(scoped, runId ?? '')
    const page = (within: Scoped) => syncPriceSlicePage(within, { run, slice: 0, subscriptionsMax: 9, now })
    const [first, second] = order === 'before' ? [add, page] : [page, add]
    let waiting: Promise<unknown> | undefined
    await inTransaction(scoped, async (transaction) => {
      await (first === add ? add({}, transaction) : page(transaction))
      waiting = (second === add ? add() : page(scoped)).catch((error: unknown) => error)
      await waitForLock(databases.ownerUrl)
    })
    const outcome = await waiting
    if (order === 'behind') expect(outcome).toMatchObject(taken)
    expect(await lines()).toMatchObject([{ price_id: price.id, quantity: 3, end_date: null }])
  },
)

test.each(['before', 'behind'])(
  'a quantity that changes %s a page reaches the successor’s line',
  async (order) => {
    const lineItemId = await add()
    const successor = await editPrice(scoped, price.id, 4)
    const workflow = { id: `price-sync:${planId}`, runId: 'run' }
    const { runId } = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
    const run = await getPriceSyncRun(scoped, runId ?? '')
    const page = (within: Scoped) => syncPriceSlicePage(within, { run, slice: 0, subscriptionsMax: 9, now })
    const change = (within: Scoped) =>
      updateLineItem(within, { lineItemId, quantity: '8', money: {}, now: daysFromNow(2) })
    const [first, second] = order === 'before' ? [change, page] : [page, change]
    let waiting: Promise<unknown> | undefined
    await inTransaction(scoped, async (transaction) => {
      await first(transaction)
      waiting = second(scoped)
      await waitForLock(databases.ownerUrl)
    })
    await waiting
    expect(await lines()).toMatchObject([
      { price_id: price.id, quantity: 3, end_date: daysFromNow(2), ended_by: 'user' },
      { price_id: price.id, quantity: 8, end_date: daysFromNow(4), ended_by: 'price' },
      { price_id: successor.id, quantity: 8, start_date: daysFromNow(4), end_date: null },
    ])
  },
)
