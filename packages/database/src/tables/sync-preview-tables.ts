import type { NamedSkip, SyncOutcome, SyncSkip, VersionWait } from '@flexprice/domain/subscription'
import type { ColumnType, Generated } from 'kysely'
import type { BatchItemError } from './batch-tables.ts'
import type { PriceChanges } from './catalog-tables.ts'
import type { SkipCounts } from './price-sync-tables.ts'
import type { Audited } from './row-types.ts'

/** An edit as it is kept until it is applied. */
export interface StoredPriceEdit {
  readonly price_id: string
  readonly changes: PriceChanges
  /** An instant, as text: when the successor begins. */
  readonly effective_from: string
  /** None of those that were stored before there was a choice. */
  readonly effective_at?: VersionWait
}

/** What becomes of a price in one subscription; an edited one stands for its successor, too. */
export interface PreviewedPrice {
  readonly price_id: string
  readonly effect: 'changed' | SyncSkip
}

/** Decimals are texts. */
export interface SyncPreviewSummary {
  readonly touched: number
  readonly untouched: number
  readonly failed: number
  readonly untouched_by_reason: Readonly<Record<SyncSkip, number>>
  /** Pairs of subscription and price, as the sync's own result counts them. */
  readonly outcomes: Readonly<Record<SyncOutcome, number>>
  /** None in what was summed up before they were named. */
  readonly skipped_prices?: readonly NamedSkip[]
  readonly totals: readonly {
    readonly currency: string
    readonly subscriptions: number
    readonly increased: number
    readonly decreased: number
    readonly before: string
    readonly after: string
    readonly difference: string
  }[]
  /** The largest differences of each currency, the largest first. */
  readonly largest_movers: readonly {
    readonly currency: string
    readonly subscription_id: string
    readonly customer_id: string
    readonly external_customer_id: string
    readonly before: string
    readonly after: string
    readonly difference: string
  }[]
}

export interface SyncPreviewTable extends Audited {
  id: string
  environment_id: string
  plan_id: string
  idempotency_key: string
  request_hash: string
  edits: ColumnType<readonly StoredPriceEdit[], string, string>
  pinned_at: Date
  /** Of PostgreSQL: a `pg_snapshot`, as text. */
  usage_snapshot: Generated<string>
  valid_until: Date | null
  fingerprint: string | null
  subscriptions_total: number | null
  summary: ColumnType<SyncPreviewSummary | null, string | null, string | null>
  finished_at: Date | null
  applied_at: Date | null
  applied_run_id: string | null
}

export interface SyncPreviewSliceTable {
  preview_id: string
  slice: number
  environment_id: string
  cursor: string
  range_end: string
  subscriptions_due: number
  subscriptions_processed: Generated<number>
  outcomes: ColumnType<Partial<Record<SyncOutcome, number>>, string | undefined, string>
  skipped_prices: ColumnType<SkipCounts, string | undefined, string>
  updated_at: Date
}

export interface SyncPreviewItemTable {
  preview_id: string
  subscription_id: string
  environment_id: string
  customer_id: string
  external_customer_id: string
  currency: string
  outcome: 'touched' | 'untouched' | 'failed'
  reason: SyncSkip | null
  period_start: Date | null
  period_end: Date | null
  /** The closed invoice of the period: the change comes too late for it. */
  invoice_id: string | null
  before: string | null
  after: string | null
  prices: ColumnType<readonly PreviewedPrice[], string, string>
  error: ColumnType<BatchItemError | null, string | null, string | null>
}
