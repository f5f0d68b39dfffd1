import type { ChargeWarning } from '@flexprice/domain/price'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Audited, BillingPeriodColumn, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

/** How an invoice's line came about, by the domain's explanation of a charge. */
export type StoredExplanation = Readonly<Record<string, unknown>>

export interface InvoiceTable extends Audited {
  id: string
  environment_id: string
  customer_id: string
  subscription_id: string | null
  invoice_type: 'SUBSCRIPTION' | 'ONE_OFF' | 'CREDIT'
  billing_reason: BillingReason
  request_key: Generated<string>
  /** Of a one-off: the hash of what its request asked for. */
  request_hash: string | null
  invoice_status: InvoiceStatus
  payment_status: PaymentStatus
  invoice_number: string | null
  billing_sequence: number | null
  currency: string
  billing_period: BillingPeriodColumn | null
  billing_period_count: number | null
  billing_anchor: Date | null
  timezone: string | null
  period_start: Date | null
  period_end: Date | null
  subtotal: string
  total_discount: Generated<string>
  total_tax: Generated<string>
  total_prepaid_credits_applied: Generated<string>
  total: string
  adjustment_amount: Generated<string>
  amount_due: string
  amount_paid: Generated<string>
  /** What was given back of what was paid. */
  refunded_amount: Generated<string>
  amount_remaining: GeneratedAlways<string>
  overpaid_amount: GeneratedAlways<string>
  description: Generated<string>
  metadata: JsonWithDefault<Metadata>
  issue_date: Date | null
  due_date: Date | null
  /** When a draft that waits for late events is rated once more and closed; null for one that nobody closes by itself. */
  finalize_at: Date | null
  finalized_at: Date | null
  paid_at: Date | null
  voided_at: Date | null
  /** When its lines were written last; null where an older version wrote it. */
  last_computed_at: Date | null
  /** What its rating could see of the events, a `pg_snapshot` as text; null without usage, or while a draft. */
  usage_snapshot: string | null
  /** Of a voided one: the invoice that was made in its place. */
  recalculated_invoice_id: string | null
  version: Generated<number>
  status: Generated<RecordStatus>
}

export type InvoiceStatus = 'DRAFT' | 'FINALIZED' | 'VOIDED' | 'SKIPPED'

export type PaymentStatus =
  | 'INITIATED'
  | 'PENDING'
  | 'PROCESSING'
  | 'SUCCEEDED'
  | 'OVERPAID'
  | 'FAILED'
  | 'REFUNDED'
  | 'PARTIALLY_REFUNDED'
  | 'VOIDED'

export type BillingReason =
  | 'SUBSCRIPTION_CREATE'
  | 'SUBSCRIPTION_CYCLE'
  | 'SUBSCRIPTION_UPDATE'
  | 'SUBSCRIPTION_TRIAL_END'
  | 'SUBSCRIPTION_TRIAL_START'
  | 'PRORATION'
  | 'MANUAL'
  | 'AUTO_INVOICE_THRESHOLD'
  | 'WALLET_AUTO_TOPUP'
  | 'SUBSCRIPTION_PAUSED'
  | 'SUBSCRIPTION_RESUME'

export interface InvoiceLineItemTable extends Audited {
  id: string
  environment_id: string
  invoice_id: string
  customer_id: string
  subscription_id: string | null
  subscription_line_item_id: string | null
  plan_id: string | null
  price_id: string | null
  price_type: 'FIXED' | 'USAGE' | null
  display_name: Generated<string>
  plan_display_name: Generated<string>
  currency: string
  quantity: string
  amount: string
  is_credit: Generated<boolean>
  line_item_discount: Generated<string>
  invoice_level_discount: Generated<string>
  prepaid_credits_applied: Generated<string>
  period_start: Date
  period_end: Date
  explanation: ColumnType<StoredExplanation, string, string>
  warnings: JsonWithDefault<readonly ChargeWarning[]>
  metadata: JsonWithDefault<Metadata>
  is_voided: Generated<boolean>
  /** Of late usage: the line that it was added to, and the how manieth of that one's it is. */
  late_of: string | null
  revision: number | null
  /** Of a change's invoice. */
  change_id: string | null
}

/** Where events that may be late for final invoices came from, in environments that bill them. */
export interface LateNoticeTable {
  environment_id: string
  external_customer_id: string
  /** No event that it is about is older. */
  since: Date
  /** By the environment's clock: not looked at before. */
  due_at: Date
  /** An `xid8` as text: a look that does not see it has still to be taken. */
  transaction_id: Generated<string>
}

/** By which of the events a subscription's late usage was billed last. */
export interface LateLookTable {
  environment_id: string
  subscription_id: string
  /** A `pg_snapshot` as text. */
  seen_by: string
  looked_at: Date
}

/** What late usage has lowered a final line by: no invoice has it as a line. */
export interface LateCreditTable extends Audited {
  id: string
  environment_id: string
  subscription_id: string
  /** The invoice that billed, and its line. */
  invoice_id: string
  late_of: string
  revision: number
  currency: string
  amount: string
  /** What has not gone back as yet: all of it does with the next closing. */
  remaining_amount: string
  explanation: ColumnType<StoredExplanation, string, string>
}

/** What a credit has lowered an invoice's due amount by. */
export interface InvoiceAdjustmentTable {
  id: string
  environment_id: string
  invoice_id: string
  /** One of the three is what it comes from. */
  late_credit_id: string | null
  credit_note_id: string | null
  line_credit_id: string | null
  amount: string
  /** What the invoice had been paid as it was lowered. */
  paid_before: Generated<string>
  /** Its note was voided: it lowers the invoice no more. */
  voided_at: Date | null
  adjusted_at: Date
  adjusted_by: string
}

export interface InvoiceHistoryTable {
  id: string
  environment_id: string
  invoice_id: string
  field: 'invoice_status' | 'payment_status'
  from_value: string | null
  to_value: string
  reason: Generated<string>
  changed_at: Date
  changed_by: string
}

export interface InvoiceNumberCounterTable {
  environment_id: string
  month: string
  last_number: number
}
