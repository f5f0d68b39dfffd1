import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deletePlan } from '../catalog/plans.ts'
import { endPrice, updatePrice } from '../catalog/price-edits.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { deleteCustomer } from '../customers/delete-customers.ts'
import { syncPriceSlicePage } from '../price-sync/price-sync-page.ts'
import { finishPriceSyncRun, getPriceSyncRun, startPriceSyncRun } from '../price-sync/price-sync-run.ts'
import { addPlan, addPrice, daysFromNow, newSubscription, now } from '../testing/catalog-rows.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { insertSubscriptions, type NewSubscription, subscriptionsInsertMax } from './subscriptions.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
let customerId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
  customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

const open = { quantity: 1, end_date: null, ended_by: null }

async function create(subscription: Partial<NewSubscription> = {}, within = scoped): Promise<string> {
  const subscriptions = [newSubscription(customerId, subscription)]
  const [id = ''] = await insertSubscriptions(within, { planId, subscriptions, now })
  return id
}

describe('a new subscription has a line', () => {
  test('of each price at work, from its own start, with the least quantity', async () => {
    const price = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(-9), min_quantity: 4 })
    expect(await linesOf(scoped, await create())).toEqual([
      { ...open, price_id: price.id, quantity: 4, start_date: now },
    ])
  })

  test('of each scheduled price, from the price’s start', async () => {
    const price = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(9) })
    expect(await linesOf(scoped, await create())).toEqual([
      { ...open, price_id: price.id, start_date: daysFromNow(9) },
    ])
  })

  test('of a price with an end up to it, and of a price that ended since a start in the past', async () => {
    const start_date = daysFromNow(-30)
    const ending = await addPrice(scoped, { plan_id: planId, start_date, end_date: daysFromNow(9) })
    const ended = await addPrice(scoped, { plan_id: planId, start_date, end_date: daysFromNow(-2) })
    const lines = await linesOf(scoped, await create({ startDate: daysFromNow(-5) }))
    const line = { ...open, start_date: daysFromNow(-5), ended_by: 'price' }
    expect(lines).toEqual([
      { ...line, price_id: ending.id, end_date: daysFromNow(9) },
      { ...line, price_id: ended.id, end_date: daysFromNow(-2) },
    ])
  })

  test('of each one-time price of its currency', async () => {
    const setup = await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME' })
    await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME', currency: 'eur' })
    expect(await linesOf(scoped, await create())).toMatchObject([{ price_id: setup.id }])
  })

  test('of both prices of an edited chain, one after the other', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    const edit = { priceId: price.id, changes: { amount: '11' }, effectiveFrom: daysFromNow(3), now }
    const successor = await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
    expect(await linesOf(scoped, await create())).toEqual([
      { ...open, price_id: price.id, start_date: now, end_date: daysFromNow(3), ended_by: 'price' },
      { ...open, price_id: successor.id, start_date: daysFromNow(3) },
    ])
  })

  test('of no price with other terms, that ended before it, or that ends as it starts', async () => {
    const start_date = daysFromNow(-30)
    await addPrice(scoped, { plan_id: planId, currency: 'eur' })
    await addPrice(scoped, { plan_id: planId, billing_period: 'ANNUAL' })
    await addPrice(scoped, { plan_id: planId, billing_period_count: 2 })
    await addPrice(scoped, { plan_id: planId, start_date, end_date: now })
    await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(4), end_date: daysFromNow(4) })
    expect(await linesOf(scoped, await create())).toEqual([])
  })

  test('of its own terms only, among others in the same call', async () => {
    const usd = await addPrice(scoped, { plan_id: planId })
    const eur = await addPrice(scoped, { plan_id: planId, currency: 'eur' })
    const ids = await insertSubscriptions(scoped, {
      ...{ planId, now },
      subscriptions: [newSubscription(customerId), newSubscription(customerId, { currency: 'eur' })],
    })
    const lines = await Promise.all(ids.map((id) => linesOf(scoped, id)))
    expect(lines).toMatchObject([[{ price_id: usd.id }], [{ price_id: eur.id }]])
  })
})

describe('a creation', () => {
  test('is refused as not_found for a plan or customer that is missing, foreign or deleted', async () => {
    const notFound = { code: 'not_found' }
    const foreign = await databases.newTenant()
    const stranger = await insertCustomer(foreign, { external_id: 'eve', name: 'Eve' }, now)
    const gone = await insertCustomer(scoped, { external_id: 'gone', name: 'Gone' }, now)
    await inTransaction(scoped, (transaction) => deleteCustomer(transaction, gone.id, now))
    for (const id of ['cust_none', stranger.id, gone.id]) {
      await expect(create({ customerId: id })).rejects.toMatchObject(notFound)
    }
    await expect(create({}, foreign)).rejects.toMatchObject(notFound)
    await inTransaction(scoped, (transaction) => deletePlan(transaction, planId, now))
    await expect(create()).rejects.toMatchObject(notFound)
    expect(await scoped.db.selectFrom('subscriptions').select('id').execute()).toEqual([])
  })

  test('is whole or not at all, with more than it may take at once asserted', async () => {
    await addPrice(scoped, { plan_id: planId })
    const subscriptions = [newSubscription(customerId), newSubscription('cust_none')]
    await expect(insertSubscriptions(scoped, { planId, subscriptions, now })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await scoped.db.selectFrom('subscription_line_items').select('id').execute()).toEqual([])
    expect(await insertSubscriptions(scoped, { planId, subscriptions: [], now })).toEqual([])
    const many = Array.from({ length: subscriptionsInsertMax + 1 }, () => newSubscription(customerId))
    expect(() => insertSubscriptions(scoped, { planId, subscriptions: many, now })).toThrow('at most')
  })

  test('of a full batch gives its ids in the order given, and lines whose ids sort with them', async () => {
    await addPrice(scoped, { plan_id: planId })
    const starts = Array.from({ length: subscriptionsInsertMax }, (_, index) => daysFromNow(-index / 24))
    const subscriptions = starts.map((startDate) => newSubscription(customerId, { startDate }))
    const ids = await insertSubscriptions(scoped, { planId, subscriptions, now })
    expect(ids).toEqual(ids.toSorted())
    const rows = await scoped.db
      .selectFrom('subscriptions')
      .select(['id', 'start_date'])
      .orderBy('id')
      .execute()
    expect(rows.map((row) => row.start_date)).toEqual(starts)
    const lines = scoped.db.selectFrom('subscription_line_items').select('subscription_id').orderBy('id')
    expect((await lines.execute()).map((line) => line.subscription_id)).toEqual(ids)
  })
})

describe('a creation and a change of prices', () => {
  test('wait for each other: an edit for a creation under way, which a sync then brings the edit', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    let editing: Promise<unknown> | undefined
    const id = await inTransaction(scoped, async (transaction) => {
      const created = await create({}, transaction)
      const edit = { priceId: price.id, changes: { amount: '11' }, now }
      editing = inTransaction(scoped, (other) => updatePrice(other, edit))
      await waitForLock(databases.ownerUrl)
      return created
    })
    await editing
    expect(await linesOf(scoped, id)).toHaveLength(1)
    expect(await runPriceSync(scoped, planId)).toMatchObject({ pricesAdded: 1, pricesRemoved: 1 })
  })

  test('wait for each other: a creation for an edit under way, which is in its lines', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    await runPriceSync(scoped, planId)
    let creating: Promise<string> | undefined
    await inTransaction(scoped, async (transaction) => {
      await endPrice(transaction, { priceId: price.id, endDate: daysFromNow(7), now })
      creating = create()
      await waitForLock(databases.ownerUrl)
    })
    const id = (await creating) ?? ''
    expect(await linesOf(scoped, id)).toMatchObject([{ price_id: price.id, end_date: daysFromNow(7) }])
    expect(await runPriceSync(scoped, planId)).toMatchObject({ subscriptionsProcessed: 0 })
  })

  test('do not meet when the edit is taken back', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    let creating: Promise<string> | undefined
    const edit = inTransaction(scoped, async (transaction) => {
      await endPrice(transaction, { priceId: price.id, endDate: daysFromNow(7), now })
      creating = create()
      await waitForLock(databases.ownerUrl)
      throw new Error('changed its mind')
    })
    await expect(edit).rejects.toThrow('changed its mind')
    expect(await linesOf(scoped, (await creating) ?? '')).toMatchObject([{ end_date: null }])
  })
})

test('a subscription made while a sync runs has exactly one line a price afterwards', async () => {
  await create()
  const prices = [await addPrice(scoped, { plan_id: planId }), await addPrice(scoped, { plan_id: planId })]
  const workflow = { id: 'price-sync', runId: 'run' }
  const made = [await create()]
  const { runId, slices } = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
  made.push(await create())
  const run = await getPriceSyncRun(scoped, runId ?? '')
  for (const slice of slices) {
    while ((await syncPriceSlicePage(scoped, { run, slice, subscriptionsMax: 1, now })) > 0) {
      made.push(await create())
    }
  }
  await finishPriceSyncRun(scoped, run.id)
  made.push(await create())
  expect(await runPriceSync(scoped, planId)).toBeUndefined()
  for (const id of made) {
    expect((await linesOf(scoped, id)).map((line) => line.price_id)).toEqual(prices.map((price) => price.id))
  }
})

test('a customer is not deleted beside a creation: either waits, and the later one is refused', async () => {
  let creating: Promise<string> | undefined
  await inTransaction(scoped, async (transaction) => {
    await deleteCustomer(transaction, customerId, now)
    creating = create()
    creating.catch(() => {})
    await waitForLock(databases.ownerUrl)
  })
  await expect(creating).rejects.toMatchObject({ code: 'not_found' })
})
