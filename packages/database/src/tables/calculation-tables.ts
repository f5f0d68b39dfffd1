import type { ChargeWarning } from '@flexprice/domain/price'
import type { ColumnType, Generated } from 'kysely'
import type { BatchItemError } from './batch-tables.ts'
import type { Audited } from './row-types.ts'

export interface CalculationTable extends Audited {
  id: string
  environment_id: string
  idempotency_key: string
  request_hash: string
  plan_id: string | null
  subscription_ids: readonly string[] | null
  period_start: Date | null
  period_end: Date | null
  creates_drafts: boolean
  pinned_at: Date
  /** Of PostgreSQL: a `pg_snapshot`, as text. */
  usage_snapshot: Generated<string>
  workflow_id: string | null
  workflow_run_id: string | null
  subscriptions_total: number | null
  finished_at: Date | null
}

export interface CalculationSliceTable {
  calculation_id: string
  slice: number
  environment_id: string
  cursor: string
  range_end: string
  subscriptions_due: number
  subscriptions_processed: Generated<number>
  subscriptions_failed: Generated<number>
  updated_at: Date
}

export interface CalculationTotalTable {
  calculation_id: string
  slice: number
  environment_id: string
  plan_id: string
  currency: string
  subscriptions: number
  failed: number
  subtotal: string
  total: string
}

export interface CalculationItemTable {
  calculation_id: string
  subscription_id: string
  environment_id: string
  customer_id: string
  external_customer_id: string
  plan_id: string
  currency: string
  period_start: Date | null
  period_end: Date | null
  subtotal: string | null
  total: string | null
  lines: ColumnType<readonly CalculatedLine[], string, string>
  error: ColumnType<BatchItemError | null, string | null, string | null>
  invoice_id: string | null
  /** By that invoice, which is closed: it is in no totals. */
  is_invoiced: Generated<boolean>
}

/** A line of a calculated invoice as it is kept: decimals and instants are texts. */
export interface CalculatedLine {
  readonly subscription_line_item_id: string
  readonly price_id: string
  readonly price_type: 'FIXED' | 'USAGE'
  readonly display_name: string
  readonly quantity: string
  readonly amount: string
  readonly period_start: string
  readonly period_end: string
  readonly explanation: Readonly<Record<string, unknown>>
  readonly warnings: readonly ChargeWarning[]
}
