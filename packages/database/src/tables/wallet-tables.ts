import type { Generated } from 'kysely'
import type { Audited, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

export type WalletStatus = 'active' | 'frozen' | 'closed'

export interface WalletTable extends Audited {
  id: string
  environment_id: string
  customer_id: string
  name: Generated<string>
  description: Generated<string>
  currency: string
  wallet_type: Generated<'PRE_PAID'>
  wallet_status: Generated<WalletStatus>
  allowed_price_types: Generated<'ALL' | 'USAGE' | 'FIXED'>
  conversion_rate: string
  topup_conversion_rate: string
  credit_balance: Generated<string>
  transaction_count: Generated<number>
  auto_topup_enabled: Generated<boolean>
  /** In credits: below which balance, and how many are bought then. */
  auto_topup_threshold: string | null
  auto_topup_credits: string | null
  auto_topup_invoicing: Generated<boolean>
  /** How long after one the next may come at the earliest. */
  auto_topup_cooldown_value: number | null
  auto_topup_cooldown_unit: 'second' | 'minute' | 'hour' | 'day' | null
  /** When it was topped up by itself last. */
  topped_up_at: Date | null
  /** From when on it is to be. */
  topup_due_at: Date | null
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
}

export type TransactionReason =
  | 'INVOICE_PAYMENT'
  | 'FREE_CREDIT_GRANT'
  | 'SUBSCRIPTION_CREDIT_GRANT'
  | 'PURCHASED_CREDIT_INVOICED'
  | 'PURCHASED_CREDIT_DIRECT'
  | 'CREDIT_NOTE'
  | 'CREDIT_EXPIRED'
  | 'WALLET_TERMINATION'
  | 'MANUAL_BALANCE_DEBIT'
  | 'CREDIT_ADJUSTMENT'
  | 'INVOICE_VOID_REFUND'
  | 'PURCHASED_CREDIT_BONUS'

/** A row of a wallet's ledger: it never changes but as it is completed, and for what has come back of a debit. */
export interface WalletTransactionTable extends Audited {
  id: string
  environment_id: string
  wallet_id: string
  customer_id: string
  /** The how manieth of its wallet it is, from 1 on; null until it is completed. */
  position: number | null
  type: 'credit' | 'debit'
  transaction_status: 'pending' | 'completed' | 'failed'
  transaction_reason: TransactionReason
  currency: string
  credit_amount: string
  amount: string
  /** Of a debit, in money: what of it has come back. */
  amount_returned: Generated<string>
  credit_balance_before: string
  credit_balance_after: string
  conversion_rate: string
  topup_conversion_rate: string
  priority: number | null
  effective_date: Date | null
  expiry_date: Date | null
  is_purchased: Generated<boolean>
  parent_transaction_id: string | null
  reference_type: 'PAYMENT' | 'EXTERNAL' | 'REQUEST' | 'INVOICE'
  reference_id: string
  /** Who books by keys of its own; with the key it is one transaction, for ever. */
  origin: string
  idempotency_key: string
  request_hash: Generated<string>
  description: Generated<string>
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
}

/** What is left of a credit, as long as something is, with the terms that its ledger's row says. */
export interface WalletCreditTable
  extends Pick<
    WalletTransactionTable,
    'id' | 'environment_id' | 'wallet_id' | 'credit_amount' | 'priority' | 'effective_date' | 'expiry_date'
  > {
  credits_available: string
  is_purchased: boolean
}

/** The ledger's rows with what is left of each: to be read. */
export interface WalletLedgerView extends WalletTransactionTable {
  credits_available: string
}

/** Which credits a transaction took from, or gave back to. */
export interface WalletConsumptionTable {
  environment_id: string
  transaction_id: string
  credit_transaction_id: string
  credits: string
  /** Of a debit: what of it has come back. */
  credits_returned: Generated<string>
}
