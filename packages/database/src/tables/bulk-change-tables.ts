import type { ErrorCode } from '@flexprice/domain'
import type { ColumnType, Generated } from 'kysely'
import type { BatchItemError } from './batch-tables.ts'
import type { Audited } from './row-types.ts'

/** What a preview of many changes, or their execution, comes to. Decimals are texts. */
export interface BulkChangeSummary {
  /** To be changed, of a preview; changed, of an execution. */
  readonly subscriptions: number
  readonly left_out: number
  readonly left_out_by_code: readonly { readonly code: ErrorCode; readonly subscriptions: number }[]
  readonly totals: readonly {
    readonly currency: string
    readonly subscriptions: number
    readonly upgrades: number
    readonly downgrades: number
    readonly laterals: number
    readonly credit_amount: string
    readonly charge_amount: string
    readonly net_amount: string
    /** Of those whose net is above 0: what is invoiced. */
    readonly invoiced_amount: string
    /** Of those whose net is below 0: what comes back, above 0. */
    readonly returned_amount: string
  }[]
  /** The largest nets of each currency, the largest first. */
  readonly largest_movers: readonly {
    readonly currency: string
    readonly subscription_id: string
    readonly customer_id: string
    readonly external_customer_id: string
    readonly net_amount: string
  }[]
}

export interface BulkChangeTable extends Audited {
  id: string
  environment_id: string
  idempotency_key: string
  request_hash: string
  plan_id: string | null
  subscription_ids: readonly string[] | null
  currency: string | null
  billing_period: string | null
  started_before: Date | null
  target_plan_id: string
  proration_behavior: 'create_prorations' | 'none'
  change_at: 'immediate' | 'end_of_period'
  supersede: boolean
  pinned_at: Date
  valid_until: Date
  target_sequence: number | null
  subscriptions_total: number | null
  preview: ColumnType<BulkChangeSummary | null, string | null, string | null>
  previewed_at: Date | null
  started_at: Date | null
  started_run_id: string | null
  result: ColumnType<BulkChangeSummary | null, string | null, string | null>
  finished_at: Date | null
}

export interface BulkChangeSliceTable {
  bulk_change_id: string
  phase: 'preview' | 'execution'
  slice: number
  environment_id: string
  cursor: string
  range_end: string
  subscriptions_due: number
  subscriptions_processed: Generated<number>
  subscriptions_left_out: Generated<number>
  updated_at: Date
}

export interface BulkChangeItemTable {
  bulk_change_id: string
  subscription_id: string
  environment_id: string
  customer_id: string
  external_customer_id: string
  from_plan_id: string
  currency: string
  outcome: 'to_change' | 'changed' | 'left_out'
  version: number
  change_type: 'upgrade' | 'downgrade' | 'lateral' | null
  effective_at: Date | null
  credit_amount: string | null
  charge_amount: string | null
  net_amount: string | null
  change_id: string | null
  error: ColumnType<BatchItemError | null, string | null, string | null>
}
