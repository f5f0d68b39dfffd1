import type { WalletResponse, WalletTransactionResponse } from '@flexprice/contracts/wallets'
import type { Scoped } from '@flexprice/database/connection'
import { pageSizeMax } from '@flexprice/database/search'
import {
  type Consumption,
  listConsumptions,
  searchWallets,
  type WalletTransactionRow,
} from '@flexprice/database/wallets'
import type { Scope } from '@flexprice/domain'
import { customersById } from '../customers/customers-by-id.ts'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'
import { walletResponses } from './wallet-response.ts'

type Expanded = ReadonlySet<'customer' | 'wallet'>

/** A page of transactions with the credits that each took, and the records that were to be expanded. */
export async function walletTransactionResponses(
  scoped: Scoped,
  rows: readonly WalletTransactionRow[],
  expanded: Expanded = new Set(),
): Promise<WalletTransactionResponse[]> {
  const consumptions = await listConsumptions(
    scoped,
    rows.map(({ id }) => id),
  )
  const customers = expanded.has('customer')
    ? await customersById(
        scoped,
        rows.map(({ customer_id }) => customer_id),
      )
    : undefined
  const wallets = expanded.has('wallet') ? await walletsOf(scoped, rows) : undefined
  return rows.map((row) => ({
    ...transactionResponse(scoped.scope, row, consumptions.get(row.id) ?? []),
    customer: customers?.get(row.customer_id),
    wallet: wallets?.get(row.wallet_id),
  }))
}

async function walletsOf(
  scoped: Scoped,
  rows: readonly WalletTransactionRow[],
): Promise<ReadonlyMap<string, WalletResponse>> {
  const wallet_ids = [...new Set(rows.map(({ wallet_id }) => wallet_id))]
  if (wallet_ids.length === 0) return new Map()
  const { items } = await searchWallets(scoped, { wallet_ids, limit: pageSizeMax })
  return new Map((await walletResponses(scoped, items)).map((wallet) => [wallet.id, wallet]))
}

function transactionResponse(
  scope: Scope,
  row: WalletTransactionRow,
  consumed: readonly Consumption[],
): WalletTransactionResponse {
  const isOfInvoice = row.reference_type === 'INVOICE'
  return {
    ...recordResponse(scope, row),
    status: row.status,
    wallet_id: row.wallet_id,
    customer_id: row.customer_id,
    type: row.type,
    transaction_status: row.transaction_status,
    transaction_reason: row.transaction_reason,
    currency: row.currency,
    amount: decimalText(row.amount),
    credit_amount: decimalText(row.credit_amount),
    credits_available: decimalText(row.credits_available),
    credit_balance_before: decimalText(row.credit_balance_before),
    credit_balance_after: decimalText(row.credit_balance_after),
    conversion_rate: decimalText(row.conversion_rate),
    topup_conversion_rate: decimalText(row.topup_conversion_rate),
    consumption_breakdown: consumed.map(({ credit_transaction_id, credits }) => ({
      credit_transaction_id,
      credits: decimalText(credits),
    })),
    priority: row.priority ?? undefined,
    effective_date: row.effective_date ?? undefined,
    expiry_date: row.expiry_date ?? undefined,
    parent_transaction_id: row.parent_transaction_id ?? undefined,
    reference_type: row.reference_type,
    reference_id: row.reference_id,
    ...(isOfInvoice ? { source_type: 'INVOICE', source_id: row.reference_id } : {}),
    idempotency_key: row.idempotency_key,
    description: row.description,
    metadata: { ...row.metadata },
  }
}
