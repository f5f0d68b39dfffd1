import type { ErrorCode } from '@flexprice/domain'
import type { ColumnType, Generated } from 'kysely'
import type { Audited } from './row-types.ts'

export interface EnvironmentSettingsTable extends Audited {
  environment_id: string
  finalization_delay_hours: Generated<number>
  invoice_number_prefix: Generated<string>
  late_usage: Generated<'list' | 'bill'>
  billing_paused: Generated<boolean>
}

/** A change of a record that money hangs on: by field, before and after. */
export interface AuditEntryTable {
  id: string
  environment_id: string
  entity_type: string
  entity_id: string
  changes: ColumnType<AuditedChanges, string, never>
  changed_at: Date
  changed_by: string
  request_id: string
}

export type AuditedChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>

/**
 * What a billing run works through: credits that fall due, subscriptions' periods, drafts whose delay is over, late
 * usage of ended ones, credits' ends.
 */
export type BillingWork = 'grants' | 'periods' | 'drafts' | 'late' | 'expiries' | 'topups'

export interface BillingRunTable extends Audited {
  id: string
  environment_id: string
  request_key: string
  request_hash: string
  trigger: 'schedule' | 'request' | 'clock'
  as_of: Date
  /** Of a move of the test clock, up to `as_of`: from where. */
  clock_from: Date | null
  subscription_ids: readonly string[] | null
  dry_run: boolean
  workflow_id: string | null
  workflow_run_id: string | null
  passes: Generated<number>
  finished_at: Date | null
  canceled_at: Date | null
}

export interface BillingRunSliceTable {
  run_id: string
  pass: number
  slice: number
  environment_id: string
  work: BillingWork
  cursor_at: Date
  cursor_id: string
  end_at: Date
  end_id: string
  due: number
  processed: Generated<number>
  failed: Generated<number>
  invoices_created: Generated<number>
  invoices_finalized: Generated<number>
  schedules_failed: Generated<number>
  updated_at: Date
}

export interface BillingRunTotalTable {
  run_id: string
  pass: number
  slice: number
  environment_id: string
  currency: string
  invoices: number
  total: string
}

export interface BillingFailureTable {
  environment_id: string
  subscription_id: string
  work: BillingWork
  run_id: string
  code: ErrorCode
  message: string
  attempts: number
  first_failed_at: Date
  last_failed_at: Date
  next_attempt_at: Date
}
