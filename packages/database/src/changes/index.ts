/** Changes of running subscriptions: what was billed of the lines that go, and what each change has made. */
export { readBilledTime } from './billed-time.ts'
export {
  type BulkChangeItemRow,
  type BulkChangeOutcome,
  finishBulkChangeItems,
  insertBulkChangeItems,
  listBulkChangeItems,
  listChangedSince,
  type NewBulkChangeItem,
} from './bulk-change-items.ts'
export { finishBulkChange, finishBulkPreview, startBulkChange } from './bulk-change-phases.ts'
export {
  type BulkChangePhase,
  type BulkChangeProgress,
  type BulkChangeSlice,
  beginBulkExecution,
  beginBulkPreview,
  getBulkChangeProgress,
  holdBulkChangeSlice,
  moveBulkChangeSlice,
  nextBulkPreviewIds,
} from './bulk-change-slices.ts'
export {
  type BulkChangeRow,
  getBulkChange,
  insertBulkChange,
  type NewBulkChange,
  noteBulkChangeRun,
  purgeBulkChanges,
} from './bulk-changes.ts'
export { linesMarked } from './mark-lines.ts'
export { type GrantMove, moveTrialGrants } from './move-grants.ts'
export {
  type ChangeHistory,
  changeHistory,
  keepChangeResult,
  newestChange,
  newestChangeId,
  type SubscriptionChangeRow,
} from './subscription-changes.ts'
export { listWalletCredits } from './wallet-credits.ts'
export {
  type ChangedSubscription,
  type ComingLine,
  type SubscriptionChange,
  writeChanges,
} from './write-changes.ts'
