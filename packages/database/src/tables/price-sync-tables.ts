import type { ColumnType, Generated } from 'kysely'

/** By `<price id> <reason>`: how many pairs of subscription and price. */
export type SkipCounts = Readonly<Record<string, number>>

export interface PriceSyncRunTable {
  id: string
  environment_id: string
  plan_id: string
  workflow_id: string
  workflow_run_id: string
  from_sequence: number
  target_sequence: number
  subscriptions_total: number
  started_at: Date
  finished_at: Date | null
}

export interface PriceSyncSliceTable {
  run_id: string
  slice: number
  environment_id: string
  range_start: string
  range_end: string
  cursor: string
  subscriptions_due: number
  subscriptions_processed: Generated<number>
  prices_added: Generated<number>
  prices_removed: Generated<number>
  skipped_incompatible: Generated<number>
  skipped_ended: Generated<number>
  skipped_overridden: Generated<number>
  skipped_ended_by_user: Generated<number>
  skipped_in_sync: Generated<number>
  skipped_prices: ColumnType<SkipCounts, string | undefined, string>
  updated_at: Date
}
