/** Bringing plan prices to all subscriptions, set-based, in slices; and what that would change. */

export { applySyncPreview, noteSyncOfPreview } from './apply-sync-preview.ts'
export { bringPassedOver } from './bring-passed-over.ts'
export type { PriceSyncCounts } from './price-sync-counts.ts'
export { syncPriceSlicePage } from './price-sync-page.ts'
export type { PriceSyncRun } from './price-sync-pairs.ts'
export { getPriceSyncProgress, type PriceSyncRunProgress } from './price-sync-progress.ts'
export {
  finishPriceSyncRun,
  getPriceSyncRun,
  type PriceSyncStart,
  startPriceSyncRun,
} from './price-sync-run.ts'
export { getPriceSyncStatus, type PriceSyncStatus } from './price-sync-status.ts'
export {
  changedSince,
  type EditedPlan,
  listOverriddenFrom,
  planSyncPreview,
  type SyncPreviewEdit,
} from './sync-preview-edits.ts'
export {
  getSyncPreviewProgress,
  listSyncPreviewItems,
  type SyncPreviewItemRow,
  type SyncPreviewProgress,
} from './sync-preview-items.ts'
export {
  beginSyncPreview,
  finishSyncPreview,
  type NewSyncPreviewItem,
  nextSyncPreviewPage,
  purgeSyncPreviews,
  type SyncPreviewPage,
  writeSyncPreviewPage,
} from './sync-preview-run.ts'
export {
  editsOf,
  getSyncPreview,
  type NewSyncPreview,
  type SyncPreviewRow,
  storeSyncPreview,
} from './sync-previews.ts'
export { listUnbilledFrom } from './unbilled-from.ts'
