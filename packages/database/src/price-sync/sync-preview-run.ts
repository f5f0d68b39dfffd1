import { assert } from '@flexprice/domain'
import type { SyncOutcome } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import { readNow } from '../connection/clock.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertRecords, type NewRecord } from '../connection/insert-records.ts'
import type { SkipCounts } from '../tables/price-sync-tables.ts'
import type { SyncPreviewItemTable, SyncPreviewSummary } from '../tables/sync-preview-tables.ts'
import { addSkips } from './named-skips.ts'
import { cutRanges } from './price-sync-slices.ts'
import { fingerprintPlan } from './sync-preview-fingerprint.ts'
import { summarizeSyncPreview } from './sync-preview-summary.ts'
import { getSyncPreview } from './sync-previews.ts'

/** What a preview says of one subscription; JSON as values. */
export type NewSyncPreviewItem = NewRecord<SyncPreviewItemTable, 'preview_id'>

/**
 * Cuts the plan's live subscriptions into at most `slicesMax` key ranges and notes what the plan was then.
 * Idempotent: a preview is cut once.
 *
 * @returns the numbers of its slices
 */
export function beginSyncPreview(
  scoped: Scoped,
  { previewId, slicesMax }: { previewId: string; slicesMax: number },
): Promise<number[]> {
  return inTransaction(scoped, async (transaction) => {
    const { db } = transaction
    const preview = await db
      .selectFrom('sync_previews')
      .select(['plan_id', 'subscriptions_total'])
      .where('id', '=', previewId)
      .forUpdate()
      .executeTakeFirst()
    assert(preview, `preview ${previewId} exists`)
    if (preview.subscriptions_total === null) {
      await cutSlices(transaction, { previewId, planId: preview.plan_id, slicesMax })
    }
    const slices = await db
      .selectFrom('sync_preview_slices')
      .select('slice')
      .where('preview_id', '=', previewId)
      .orderBy('slice')
      .execute()
    return slices.map(({ slice }) => slice)
  })
}

async function cutSlices(
  transaction: Scoped,
  { previewId, planId, slicesMax }: { previewId: string; planId: string; slicesMax: number },
): Promise<void> {
  const { db, scope } = transaction
  const fingerprint = await fingerprintPlan(transaction, planId)
  const ranges = await cutRanges(transaction, {
    planId,
    slicesMax,
    targetSequence: Number.MAX_SAFE_INTEGER,
  })
  const now = await readNow(transaction)
  if (ranges.length > 0) {
    const slices = ranges.map((range, slice) => ({
      preview_id: previewId,
      slice,
      environment_id: scope.environmentId,
      cursor: range.cursor,
      range_end: range.end,
      subscriptions_due: range.due,
      updated_at: now,
    }))
    await db.insertInto('sync_preview_slices').values(slices).execute()
  }
  const subscriptions_total = ranges.reduce((total, { due }) => total + due, 0)
  await db
    .updateTable('sync_previews')
    .set({ fingerprint, subscriptions_total, updated_at: now })
    .where('id', '=', previewId)
    .execute()
}

export interface SyncPreviewPage {
  readonly cursor: string
  /** What the page's writing moves the cursor to. */
  readonly end: string
  readonly subscriptionIds: readonly string[]
}

/** The next subscriptions of a slice; undefined when it is done. */
export async function nextSyncPreviewPage(
  scoped: Scoped,
  page: { previewId: string; slice: number; subscriptionsMax: number },
): Promise<SyncPreviewPage | undefined> {
  const range = await scoped.db
    .selectFrom('sync_preview_slices as slice')
    .innerJoin('sync_previews as preview', 'preview.id', 'slice.preview_id')
    .select(['slice.cursor', 'slice.range_end', 'preview.plan_id'])
    .where('slice.preview_id', '=', page.previewId)
    .where('slice.slice', '=', page.slice)
    .executeTakeFirst()
  assert(range, `slice ${page.slice} of preview ${page.previewId} exists`)
  if (range.cursor === range.range_end) return undefined
  const rows = await scoped.db
    .selectFrom('subscriptions')
    .select('id')
    .where('plan_id', '=', range.plan_id)
    .where('subscription_status', '<>', 'cancelled')
    .where('id', '>', range.cursor)
    .where('id', '<=', range.range_end)
    .orderBy('id')
    .limit(page.subscriptionsMax)
    .execute()
  const last = rows.length < page.subscriptionsMax ? range.range_end : rows.at(-1)?.id
  assert(last !== undefined, 'a full page has a last subscription')
  return { cursor: range.cursor, end: last, subscriptionIds: rows.map(({ id }) => id) }
}

/**
 * Writes a page's items and moves the slice's cursor, in one transaction. Idempotent by the cursor: of two
 * workers on one page the first one writes.
 */
export function writeSyncPreviewPage(
  scoped: Scoped,
  page: SyncPreviewPage & {
    readonly previewId: string
    readonly slice: number
    readonly items: readonly NewSyncPreviewItem[]
    readonly outcomes: Readonly<Record<SyncOutcome, number>>
    readonly skips: SkipCounts
    readonly now: Date
  },
): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    const { db, scope } = transaction
    const slice = await db
      .selectFrom('sync_preview_slices')
      .select(['cursor', 'outcomes', 'skipped_prices', 'subscriptions_processed'])
      .where('preview_id', '=', page.previewId)
      .where('slice', '=', page.slice)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (slice.cursor !== page.cursor) return
    if (page.items.length > 0) {
      const rows = page.items.map((item) => ({
        preview_id: page.previewId,
        environment_id: scope.environmentId,
        ...item,
      }))
      await sql`${insertRecords('sync_preview_items', rows)}`.execute(db)
    }
    await db
      .updateTable('sync_preview_slices')
      .set({
        cursor: page.end,
        subscriptions_processed: slice.subscriptions_processed + page.subscriptionIds.length,
        outcomes: JSON.stringify(addOutcomes(slice.outcomes, page.outcomes)),
        skipped_prices: JSON.stringify(addSkips([slice.skipped_prices, page.skips])),
        updated_at: page.now,
      })
      .where('preview_id', '=', page.previewId)
      .where('slice', '=', page.slice)
      .execute()
  })
}

function addOutcomes(
  before: Partial<Record<SyncOutcome, number>>,
  more: Readonly<Record<SyncOutcome, number>>,
): Record<SyncOutcome, number> {
  const sum = (outcome: SyncOutcome) => (before[outcome] ?? 0) + more[outcome]
  return {
    added: sum('added'),
    removed: sum('removed'),
    incompatible: sum('incompatible'),
    ended: sum('ended'),
    overridden: sum('overridden'),
    ended_by_user: sum('ended_by_user'),
    in_sync: sum('in_sync'),
  }
}

/**
 * Sums a preview up. If the plan has changed while it was made it cannot be applied, as its pages may have
 * seen different states: it then has no fingerprint. Idempotent by the preview.
 */
export function finishSyncPreview(scoped: Scoped, previewId: string): Promise<SyncPreviewSummary> {
  return inTransaction(scoped, async (transaction) => {
    const { db } = transaction
    await db
      .selectFrom('sync_previews')
      .select('id')
      .where('id', '=', previewId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const preview = await getSyncPreview(transaction, { previewId })
    if (preview.summary) return preview.summary
    const summary = await summarizeSyncPreview(transaction, previewId)
    const fingerprint = await fingerprintPlan(transaction, preview.plan_id)
    const now = await readNow(transaction)
    await db
      .updateTable('sync_previews')
      .set({
        summary: JSON.stringify(summary),
        fingerprint: fingerprint === preview.fingerprint ? fingerprint : null,
        finished_at: now,
        updated_at: now,
      })
      .where('id', '=', previewId)
      .execute()
    return summary
  })
}

/**
 * Removes previews of the environment that are older: at most so many items at a time.
 *
 * @returns whether none is left
 */
export async function purgeSyncPreviews(
  scoped: Scoped,
  { before, rowsMax }: { before: Date; rowsMax: number },
): Promise<boolean> {
  const old = sql`select id from sync_previews
    where environment_id = ${scoped.scope.environmentId} and created_at < ${before}`
  const { numAffectedRows } = await sql`
    delete from sync_preview_items where (preview_id, subscription_id) in (
      select preview_id, subscription_id from sync_preview_items where preview_id in (${old}) limit ${rowsMax})`.execute(
    scoped.db,
  )
  if ((numAffectedRows ?? 0n) >= BigInt(rowsMax)) return false
  await sql`delete from sync_previews where id in (${old})`.execute(scoped.db)
  return true
}
