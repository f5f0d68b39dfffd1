import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertCustomer } from '../customers/customers.ts'
import { insertSubscriptions } from '../subscriptions/subscriptions.ts'
import { addPlan, addPrice, daysFromNow, newSubscription, now } from '../testing/catalog-rows.ts'
import { applySyncPreview } from './apply-sync-preview.ts'
import { listSyncPreviewItems } from './sync-preview-items.ts'
import {
  beginSyncPreview,
  finishSyncPreview,
  type NewSyncPreviewItem,
  nextSyncPreviewPage,
  purgeSyncPreviews,
  writeSyncPreviewPage,
} from './sync-preview-run.ts'
import { getSyncPreview, storeSyncPreview } from './sync-previews.ts'

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

const noOutcomes = {
  added: 0,
  removed: 0,
  incompatible: 0,
  ended: 0,
  overridden: 0,
  ended_by_user: 0,
  in_sync: 0,
}

/** A preview of a plan with three subscriptions, in one slice. */
async function addPreview() {
  const scoped = await databases.newTenant({ clockAt: now })
  const { id: planId } = await addPlan(scoped)
  const price = await addPrice(scoped, { plan_id: planId })
  const customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  const subscriptions = [1, 2, 3].map(() => newSubscription(customerId))
  await insertSubscriptions(scoped, { planId, subscriptions, now })
  const { id: previewId } = await storeSyncPreview(scoped, {
    ...{ planId, idempotencyKey: 'key', requestHash: 'hash', now },
    edits: [{ priceId: price.id, changes: { amount: '12' }, effectiveFrom: daysFromNow(1) }],
  })
  expect(await beginSyncPreview(scoped, { previewId, slicesMax: 1 })).toEqual([0])
  return { scoped, planId, previewId, price }
}

type Preview = Awaited<ReturnType<typeof addPreview>>

function item(subscription_id: string): NewSyncPreviewItem {
  const of = { customer_id: 'cust_1', external_customer_id: 'ada', currency: 'usd', prices: [], error: null }
  const figures = {
    invoice_id: null,
    period_start: now,
    period_end: daysFromNow(31),
    before: '10',
    after: '12.5',
  }
  return { subscription_id, ...of, ...figures, outcome: 'touched', reason: null }
}

async function writePages({ scoped, previewId }: Preview, times = 1): Promise<void> {
  const slice = { previewId, slice: 0, subscriptionsMax: 2 }
  for (;;) {
    const page = await nextSyncPreviewPage(scoped, slice)
    if (page === undefined) return
    const write = { ...page, previewId, slice: 0, items: page.subscriptionIds.map(item), now }
    for (let time = 0; time < times; time++) {
      const outcomes = { ...noOutcomes, added: write.items.length, ended: 2 }
      await writeSyncPreviewPage(scoped, { ...write, outcomes, skips: { 'price_1 ended': 2 } })
    }
  }
}

test('a page that two workers write is written once; what is done is not begun anew', async () => {
  const preview = await addPreview()
  const { scoped, previewId } = preview
  await writePages(preview, 2)
  expect(await beginSyncPreview(scoped, { previewId, slicesMax: 4 })).toEqual([0])
  const summary = await finishSyncPreview(scoped, previewId)
  expect(summary).toMatchObject({
    touched: 3,
    outcomes: { added: 3 },
    // Of two pages, each written twice.
    skipped_prices: [{ price_id: 'price_1', reason: 'ended', subscriptions: 4 }],
    totals: [{ subscriptions: 3, increased: 3, before: '30', after: '37.5', difference: '7.5' }],
  })
  expect(await finishSyncPreview(scoped, previewId)).toEqual(summary)
  expect(await listSyncPreviewItems(scoped, { previewId, limit: 10 })).toHaveLength(3)
})

test('a preview with a slice that is not done is not summed up', async () => {
  const { scoped, previewId } = await addPreview()
  await expect(finishSyncPreview(scoped, previewId)).rejects.toThrow('every slice')
})

test('a plan that changes while it is previewed cannot be changed by the preview', async () => {
  const preview = await addPreview()
  const { scoped, planId, previewId } = preview
  await addPrice(scoped, { plan_id: planId })
  await writePages(preview)
  await finishSyncPreview(scoped, previewId)
  await expect(applySyncPreview(scoped, { planId, previewId, now })).rejects.toMatchObject({
    code: 'version_conflict',
    message: expect.stringContaining('while it was made'),
  })
})

test('a preview is valid until the first end of a price, and is applied once', async () => {
  const preview = await addPreview()
  const { scoped, planId, previewId, price } = preview
  await writePages(preview)
  await finishSyncPreview(scoped, previewId)
  expect(await getSyncPreview(scoped, { previewId })).toMatchObject({ valid_until: daysFromNow(1) })
  const late = applySyncPreview(scoped, { planId, previewId, now: daysFromNow(1) })
  await expect(late).rejects.toMatchObject({ code: 'version_conflict' })
  for (let time = 0; time < 2; time++) {
    expect(await applySyncPreview(scoped, { planId, previewId, now })).toMatchObject({ applied_at: now })
  }
  const chain = await scoped.db
    .selectFrom('prices')
    .select(['start_date'])
    .where('root_price_id', '=', price.id)
    .orderBy('id')
    .execute()
  expect(chain.map(({ start_date }) => start_date)).toEqual([price.start_date, daysFromNow(1)])
})

test('old previews go with their items, a bounded number at a time; others stay', async () => {
  const preview = await addPreview()
  const { scoped, previewId } = preview
  await writePages(preview)
  const purge = (before: Date) => purgeSyncPreviews(scoped, { before, rowsMax: 2 })
  expect(await purge(now)).toBe(true)
  expect(await listSyncPreviewItems(scoped, { previewId, limit: 10 })).toHaveLength(3)
  expect(await purge(daysFromNow(1))).toBe(false)
  expect(await purge(daysFromNow(1))).toBe(true)
  await expect(getSyncPreview(scoped, { previewId })).rejects.toMatchObject({ code: 'not_found' })
})
