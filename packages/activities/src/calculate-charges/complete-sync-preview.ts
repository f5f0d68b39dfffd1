import type { SyncPreviewResult } from '@flexprice/contracts/workflows'
import { readNow } from '@flexprice/database/connection'
import { finishSyncPreview, purgeSyncPreviews } from '@flexprice/database/price-sync'
import type { CalculateChargesDependencies } from './dependencies.ts'

/**
 * A preview can be read, and applied, for so long by the environment's clock, by which it was made; it goes when a later
 * one of the environment ends.
 */
const keptMs = 30 * 86_400_000
const rowsPerStatementMax = 5_000
const statementsMax = 20

export async function completeSyncPreview(
  { scoped, events }: CalculateChargesDependencies,
  { previewId }: { previewId: string },
): Promise<SyncPreviewResult> {
  const handle = scoped()
  const summary = await finishSyncPreview(handle, previewId)
  const before = new Date((await readNow(handle)).getTime() - keptMs)
  for (let statements = 0; statements < statementsMax; statements++) {
    if (await purgeSyncPreviews(handle, { before, rowsMax: rowsPerStatementMax })) break
  }
  const result = {
    preview_id: previewId,
    subscriptions_touched: summary.touched,
    subscriptions_untouched: summary.untouched,
    subscriptions_failed: summary.failed,
    totals: summary.totals.map((total) => ({ ...total })),
  }
  events.previewed(result)
  return result
}
