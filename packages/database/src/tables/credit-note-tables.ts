import type { Generated } from 'kysely'
import type { Audited, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

export interface CreditNoteTable extends Audited {
  id: string
  environment_id: string
  invoice_id: string
  customer_id: string
  subscription_id: string | null
  idempotency_key: string | null
  request_hash: string | null
  credit_note_number: string | null
  credit_note_status: 'DRAFT' | 'FINALIZED' | 'VOIDED'
  /** Of a draft what it would be by now. */
  credit_note_type: 'ADJUSTMENT' | 'REFUND'
  reason:
    | 'DUPLICATE'
    | 'FRAUDULENT'
    | 'ORDER_CHANGE'
    | 'UNSATISFACTORY'
    | 'SERVICE_ISSUE'
    | 'BILLING_ERROR'
    | 'SUBSCRIPTION_CANCELLATION'
  refund_target: RefundTarget | null
  currency: string
  /** Of its lines, after discount and tax. */
  total_amount: string
  memo: Generated<string>
  metadata: JsonWithDefault<Metadata>
  finalized_at: Date | null
  voided_at: Date | null
  status: Generated<RecordStatus>
}

export type RefundTarget = 'PREPAID_WALLET' | 'BACK_TO_SOURCE'

export interface CreditNoteLineItemTable extends Audited {
  id: string
  environment_id: string
  credit_note_id: string
  invoice_line_item_id: string
  /** The line itself, or of late usage the one that it was added to. */
  first_line_id: string
  display_name: Generated<string>
  /** Before discount and tax, of which the other two are its shares. */
  amount: string
  discount: string
  tax: string
  metadata: JsonWithDefault<Metadata>
}

export interface RefundTable extends Audited {
  id: string
  environment_id: string
  /** One of the three is what gives it back. */
  credit_note_id: string | null
  late_credit_id: string | null
  line_credit_id: string | null
  /** The invoice that billed. */
  invoice_id: string
  /** Of it, whose money or credits go back, if they paid it after it was closed. */
  payment_id: string | null
  /** What had paid: money, credits, or another invoice's credit that had lowered this one. */
  source: Generated<'PAYMENT' | 'CREDITS' | 'ADJUSTMENT'>
  currency: string
  amount: string
  refund_destination: 'OUT_OF_BAND' | 'WALLET'
  /** Of what went into a wallet. */
  wallet_id: string | null
  refund_reason:
    | 'DUPLICATE'
    | 'FRAUDULENT'
    | 'REQUESTED_BY_CUSTOMER'
    | 'ORDER_CHANGE'
    | 'SERVICE_ISSUE'
    | 'OTHER'
  refund_status: 'SUCCEEDED'
  succeeded_at: Date
  status: Generated<RecordStatus>
}

export interface CreditNoteNumberCounterTable {
  environment_id: string
  month: string
  last_number: number
}
