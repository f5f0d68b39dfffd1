export type { BatchItemError } from './batch-tables.ts'
export type { StoredExplanation } from './invoice-tables.ts'
export type { PreviewedPrice, StoredPriceEdit, SyncPreviewSummary } from './sync-preview-tables.ts'
