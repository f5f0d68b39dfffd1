import { publishedCounts } from '@flexprice/contracts/changes'
import type { BulkChangeInput, BulkChangeResult } from '@flexprice/contracts/workflows'
import {
  type BulkChangePhase,
  beginBulkExecution,
  beginBulkPreview,
  finishBulkChange,
  finishBulkPreview,
  purgeBulkChanges,
} from '@flexprice/database/changes'
import { readNow, type Scoped } from '@flexprice/database/connection'
import type { SubscriptionChangeDependencies } from './dependencies.ts'

/** It can be read for so long; it goes when a later preview of the environment ends. */
const keptMs = 30 * 86_400_000
const rowsPerStatementMax = 5_000
const statementsMax = 20

export function phaseOf({ mode }: Pick<BulkChangeInput, 'mode'>): BulkChangePhase {
  return mode === 'preview_bulk' ? 'preview' : 'execution'
}

/** @returns the numbers of the slices */
export async function beginBulkChange(
  { scoped, slicesMax }: SubscriptionChangeDependencies,
  { mode, bulk_change_id: bulkChangeId }: BulkChangeInput,
): Promise<readonly number[]> {
  const handle = scoped()
  const begin = mode === 'preview_bulk' ? beginBulkPreview : beginBulkExecution
  return await begin(handle, { bulkChangeId, slicesMax, now: await readNow(handle) })
}

export async function completeBulkChange(
  { scoped, events }: SubscriptionChangeDependencies,
  { mode, bulk_change_id: bulkChangeId }: BulkChangeInput,
): Promise<BulkChangeResult> {
  const handle = scoped()
  const now = await readNow(handle)
  const isPreview = mode === 'preview_bulk'
  const sums = isPreview
    ? await finishBulkPreview(handle, bulkChangeId, now)
    : await finishBulkChange(handle, bulkChangeId, now)
  if (isPreview) await purgeOld(handle, now)
  const { largest_movers: _, left_out_by_code: byCode, totals, ...counts } = sums
  const result = {
    ...{ bulk_change_id: bulkChangeId, ...counts, left_out_by_code: publishedCounts(byCode) },
    totals: totals.map((total) => ({ ...total })),
  }
  events.bulkDone({ phase: phaseOf({ mode }), ...result })
  return result
}

/** By the environment's clock, as they were made. */
async function purgeOld(handle: Scoped, now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptMs)
  for (let statements = 0; statements < statementsMax; statements++) {
    if (await purgeBulkChanges(handle, { before, rowsMax: rowsPerStatementMax })) return
  }
}
