import { z } from 'zod'
import { customerResponse } from '../customers/customer.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { instant } from '../wire/instant.ts'
import { laterObject } from '../wire/not-built.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { recordFields, recordStatus } from '../wire/record-fields.ts'
import { expand, listOf, queryPage, searchFields } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'
import { walletResponse } from './wallet.ts'

const priorityMax = 2_147_483_647
const queryPriorityMax = 999_999_999

export const transactionReason = z.enum([
  'INVOICE_PAYMENT',
  'FREE_CREDIT_GRANT',
  'SUBSCRIPTION_CREDIT_GRANT',
  'PURCHASED_CREDIT_INVOICED',
  'PURCHASED_CREDIT_DIRECT',
  'CREDIT_NOTE',
  'CREDIT_EXPIRED',
  'WALLET_TERMINATION',
  'MANUAL_BALANCE_DEBIT',
  'CREDIT_ADJUSTMENT',
  'INVOICE_VOID_REFUND',
  'PURCHASED_CREDIT_BONUS',
])
const transactionStatus = z.enum(['pending', 'completed', 'failed'])
const transactionType = z.enum(['credit', 'debit'])

/** What a list of transactions can be filtered by, in a query and in a body. */
const filters = {
  id: identifier.optional(),
  type: transactionType.optional(),
  transaction_status: transactionStatus.optional(),
  transaction_reason: transactionReason.optional(),
  reference_type: identifier.optional(),
  reference_id: identifier.optional(),
  created_by: identifier.optional(),
  credits_available_gt: exactNumber.optional(),
  expiry_date_after: instant.optional(),
  expiry_date_before: instant.optional(),
  expand: expand(['customer', 'wallet']),
}

export const walletTransactionsQuery = z.strictObject({
  ...queryPage,
  ...filters,
  priority: queryInteger(0, queryPriorityMax).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  status: recordStatus.optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
})

export const walletTransactionFilter = z.strictObject({
  ...searchFields,
  ...filters,
  priority: z.int().min(0).max(priorityMax).optional(),
})

const consumption = z
  .object({ credit_transaction_id: z.string(), credits: z.string() })
  .meta({ id: 'WalletTxConsumption' })

export const walletTransactionResponse = z
  .object({
    ...recordFields,
    wallet_id: z.string(),
    customer_id: z.string(),
    type: transactionType,
    transaction_status: transactionStatus,
    transaction_reason: transactionReason,
    currency: z.string(),
    /** In money, and in credits. */
    amount: z.string(),
    credit_amount: z.string(),
    credits_available: z.string(),
    credit_balance_before: z.string(),
    credit_balance_after: z.string(),
    conversion_rate: z.string(),
    topup_conversion_rate: z.string(),
    /** The credits that a debit took, or that what came back went to. */
    consumption_breakdown: z.array(consumption).optional(),
    priority: z.int().optional(),
    /** Ours: from when on a credit can be spent. */
    effective_date: instant.optional(),
    expiry_date: instant.optional(),
    parent_transaction_id: z.string().optional(),
    reference_type: z.enum(['PAYMENT', 'EXTERNAL', 'REQUEST', 'INVOICE']),
    reference_id: z.string(),
    source_type: z.literal('INVOICE').optional(),
    source_id: z.string().optional(),
    idempotency_key: z.string().optional(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    customer: customerResponse.optional(),
    wallet: walletResponse.optional(),
    created_by_user: laterObject('UserResponse').optional(),
  })
  .meta({ id: 'WalletTransactionResponse' })
export type WalletTransactionResponse = z.output<typeof walletTransactionResponse>

export const listWalletTransactionsResponse = listOf(walletTransactionResponse).meta({
  id: 'ListWalletTransactionsResponse',
})
