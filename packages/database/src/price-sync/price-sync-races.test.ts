import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { updatePrice } from '../catalog/price-edits.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { overridePrice } from '../testing/line-world.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { syncPriceSlicePage } from './price-sync-page.ts'
import { getPriceSyncProgress } from './price-sync-progress.ts'
import { finishPriceSyncRun, getPriceSyncRun, startPriceSyncRun } from './price-sync-run.ts'
import { getPriceSyncStatus } from './price-sync-status.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
let subscriptionIds: string[]

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
  subscriptionIds = []
  for (let made = 0; made < 6; made++) {
    subscriptionIds.push((await addSubscription(scoped, { plan_id: planId })).id)
  }
})
afterAll(() => databases[Symbol.asyncDispose]())

async function begin(workflowRunId = 'run') {
  const workflow = { id: `price-sync:${planId}`, runId: workflowRunId }
  const started = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
  if (started.runId === null) throw new Error('nothing to do')
  return getPriceSyncRun(scoped, started.runId)
}

function page(run: Awaited<ReturnType<typeof begin>>, subscriptionsMax = 2) {
  return syncPriceSlicePage(scoped, { run, slice: 0, subscriptionsMax, now })
}

async function linesPerSubscription() {
  return Promise.all(subscriptionIds.map(async (id) => (await linesOf(scoped, id)).length))
}

test('an override that commits while its page waits is seen: the price is not synced beside it', async () => {
  const price = await addPrice(scoped, { plan_id: planId })
  const run = await begin()
  const [subscriptionId = ''] = subscriptionIds
  let paging: Promise<number> | undefined
  await inTransaction(scoped, async (transaction) => {
    const override = { subscriptionId, priceId: price.id, money: { amount: '3' }, effectiveFrom: now, now }
    await overridePrice(transaction, override)
    paging = page(run, 6)
    await waitForLock(databases.ownerUrl)
  })
  await paging
  expect(await finishPriceSyncRun(scoped, run.id)).toMatchObject({
    pricesAdded: 5,
    skipped: { overridden: 1 },
  })
  expect(await linesPerSubscription()).toEqual([1, 1, 1, 1, 1, 1])
})

test('two workers on one slice write each page once', async () => {
  await addPrice(scoped, { plan_id: planId })
  const run = await begin()
  const work = async () => {
    while ((await page(run)) > 0);
  }
  await Promise.all([work(), work(), work()])
  expect(await finishPriceSyncRun(scoped, run.id)).toMatchObject({
    subscriptionsProcessed: 6,
    pricesAdded: 6,
  })
  expect(await linesPerSubscription()).toEqual([1, 1, 1, 1, 1, 1])
})

test('the watermark does not move before every slice is done', async () => {
  await addPrice(scoped, { plan_id: planId })
  const run = await begin()
  await page(run)
  await expect(finishPriceSyncRun(scoped, run.id)).rejects.toThrow('every slice')
  expect(await getPriceSyncStatus(scoped, planId)).toMatchObject({
    synced: false,
    unsyncedSubscriptionCount: 4,
  })
})

test('a retry in the same workflow goes on with the counts so far', async () => {
  await addPrice(scoped, { plan_id: planId })
  await page(await begin())
  const again = await begin()
  while ((await page(again)) > 0);
  expect(await finishPriceSyncRun(scoped, again.id)).toMatchObject({
    subscriptionsProcessed: 6,
    pricesAdded: 6,
  })
})

test('the sync after a cancelled one goes on behind its last page, and counts only its own work', async () => {
  await addPrice(scoped, { plan_id: planId })
  await page(await begin('cancelled'))
  const next = await begin('next')
  while ((await page(next)) > 0);
  expect(await finishPriceSyncRun(scoped, next.id)).toMatchObject({
    subscriptionsTotal: 6,
    subscriptionsProcessed: 4,
    pricesAdded: 4,
  })
  expect(await linesPerSubscription()).toEqual([1, 1, 1, 1, 1, 1])
})

test('a price edit inside a run is left to the next one, which no subscription misses', async () => {
  const price = await addPrice(scoped, { plan_id: planId })
  const run = await begin()
  await page(run)
  const edit = { priceId: price.id, changes: { amount: '11' }, effectiveFrom: daysFromNow(2), now }
  const successor = await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
  while ((await page(run)) > 0);
  await finishPriceSyncRun(scoped, run.id)
  expect(await getPriceSyncStatus(scoped, planId)).toMatchObject({
    synced: false,
    unsyncedSubscriptionCount: 6,
  })
  await runPriceSync(scoped, planId)
  for (const id of subscriptionIds) {
    expect((await linesOf(scoped, id)).at(-1)).toMatchObject({ price_id: successor.id, end_date: null })
  }
})

test('a page of a run that another sync has taken over writes nothing, and its end claims nothing', async () => {
  await addPrice(scoped, { plan_id: planId })
  const cancelled = await begin('cancelled')
  await page(cancelled)
  const next = await begin('next')
  const closed = { code: 'version_conflict' }
  await expect(page(cancelled)).rejects.toMatchObject(closed)
  await expect(finishPriceSyncRun(scoped, cancelled.id)).rejects.toMatchObject(closed)
  while ((await page(next)) > 0);
  const counts = await finishPriceSyncRun(scoped, next.id)
  expect(counts).toMatchObject({ subscriptionsProcessed: 4, pricesAdded: 4 })
  expect(await finishPriceSyncRun(scoped, next.id)).toEqual(counts)
})

test('a sync that takes a run over waits for the page that is being written', async () => {
  await addPrice(scoped, { plan_id: planId })
  const cancelled = await begin('cancelled')
  let beginning: ReturnType<typeof begin> | undefined
  await inTransaction(scoped, async (transaction) => {
    await syncPriceSlicePage(transaction, { run: cancelled, slice: 0, subscriptionsMax: 2, now })
    beginning = begin('next')
    await waitForLock(databases.ownerUrl)
  })
  const next = await beginning
  if (!next) throw new Error('it began')
  while ((await page(next)) > 0);
  expect(await finishPriceSyncRun(scoped, next.id)).toMatchObject({ subscriptionsProcessed: 4 })
  expect(await linesPerSubscription()).toEqual([1, 1, 1, 1, 1, 1])
})

test('the count of what is not synced yet only falls, also when another sync takes over', async () => {
  await addPrice(scoped, { plan_id: planId })
  const unsynced = async () => (await getPriceSyncStatus(scoped, planId)).unsyncedSubscriptionCount
  expect(await unsynced()).toBe(6)
  await page(await begin('cancelled'))
  expect(await unsynced()).toBe(4)
  const next = await begin('next')
  expect(await unsynced()).toBe(4)
  await page(next)
  expect(await unsynced()).toBe(2)
})

test('two syncs that begin at once: one opens the run, the other is told to try again', async () => {
  await addPrice(scoped, { plan_id: planId })
  const begun = await Promise.allSettled([begin('one'), begin('other'), begin('third')])
  const refused = begun.filter((result) => result.status === 'rejected')
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'service_unavailable' })
  const open = scoped.db.selectFrom('price_sync_runs').select('id').where('finished_at', 'is', null)
  expect(await open.execute()).toHaveLength(1)
})

test('an edit after a cancelled run makes the next one begin anew', async () => {
  const price = await addPrice(scoped, { plan_id: planId })
  await page(await begin('cancelled'))
  await inTransaction(scoped, (transaction) =>
    updatePrice(transaction, { priceId: price.id, changes: { amount: '11' }, now }),
  )
  const counts = await runPriceSync(scoped, planId)
  expect(counts).toMatchObject({ subscriptionsProcessed: 6, pricesAdded: 6, pricesRemoved: 2 })
})

test('a sync that begins while a price is edited waits for the edit', async () => {
  await addPrice(scoped, { plan_id: planId })
  let beginning: ReturnType<typeof begin> | undefined
  await inTransaction(scoped, async (transaction) => {
    await addPriceWithin(transaction)
    beginning = begin()
    await waitForLock(databases.ownerUrl)
  })
  expect(await beginning).toMatchObject({ targetSequence: 2, priceCount: 2 })
})

test('progress can be read while pages are written, of this execution alone', async () => {
  await addPrice(scoped, { plan_id: planId })
  await page(await begin('first'))
  const id = `price-sync:${planId}`
  const first = await getPriceSyncProgress(scoped, { id, runId: 'first' })
  expect(first).toMatchObject({ subscriptionsDue: 6, subscriptionsProcessed: 2, pricesAdded: 2 })
  expect(await getPriceSyncProgress(scoped, { id, runId: 'second' })).toBeUndefined()
  await begin('second')
  const second = await getPriceSyncProgress(scoped, { id, runId: 'second' })
  expect(second).toMatchObject({ subscriptionsDue: 4, subscriptionsProcessed: 0 })
})

function addPriceWithin(transaction: Scoped) {
  return addPrice(transaction, { plan_id: planId })
}
