/** The schema as types: one file an area, made of row types alone. They load nothing. */
export type { BatchItemError } from './batch-tables.ts'
export type { BulkChangeSummary } from './bulk-change-tables.ts'
export type { CalculatedLine } from './calculation-tables.ts'
export type { PriceChanges, PriceMoney } from './catalog-tables.ts'
export type { StoredExplanation } from './invoice-tables.ts'
export type { ScheduleDetails } from './schedule-tables.ts'
export type { PreviewedPrice, StoredPriceEdit, SyncPreviewSummary } from './sync-preview-tables.ts'
