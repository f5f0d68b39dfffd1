import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { notBuilt } from '../wire/not-built.ts'
import { queryIdentifiers } from '../wire/query-identifiers.ts'
import { recordFields } from '../wire/record-fields.ts'
import { listOf, queryPage } from '../wire/search.ts'
import { text } from '../wire/text.ts'

export const refundsQuery = z.strictObject({
  ...queryPage,
  invoice_ids: queryIdentifiers.optional(),
  payment_ids: queryIdentifiers.optional(),
  credit_note_ids: queryIdentifiers.optional(),
  refund_statuses: queryIdentifiers.optional(),
  refund_destinations: queryIdentifiers.optional(),
  /** Those whose money has gone back. */
  only_settled: z
    .stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })
    .meta({ type: 'boolean' })
    .optional(),
  gateway: notBuilt(text(50)),
})

/** Fields of providers, which none is configured of. */
const laterFields = {
  attempt: z.int().optional(),
  cancelled_at: instant.optional(),
  failed_at: instant.optional(),
  failure_reason: z.string().optional(),
  gateway_idempotency_token: z.string().optional(),
  gateway_metadata: z.record(z.string(), z.unknown()).optional(),
  gateway_refund_id: z.string().optional(),
  gateway_tracking_id: z.string().optional(),
  idempotency_key: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  payment_gateway: z.string().optional(),
}

/** What credit gave back of what had paid an invoice, by what had paid. Amounts are decimal texts in the currency's major unit. */
export const refundResponse = z
  .object({
    ...recordFields,
    ...laterFields,
    credit_note_id: z.string().optional(),
    /** Ours: where no note gives it back, but late usage, or a change. */
    late_credit_id: z.string().optional(),
    line_credit_id: z.string().optional(),
    invoice_id: z.string(),
    payment_id: z.string().optional(),
    /** Ours: what had paid: money, credits, or another invoice's credit that had lowered this one. */
    source: z.enum(['PAYMENT', 'CREDITS', 'ADJUSTMENT']).optional(),
    currency: z.string(),
    amount: z.string(),
    settled_amount: z.string(),
    refund_destination: z.enum(['GATEWAY', 'WALLET', 'OUT_OF_BAND']),
    /** Of WALLET: which one. */
    refund_destination_id: z.string().optional(),
    refund_reason: z.enum([
      'DUPLICATE',
      'FRAUDULENT',
      'REQUESTED_BY_CUSTOMER',
      'ORDER_CHANGE',
      'SERVICE_ISSUE',
      'OTHER',
    ]),
    refund_status: z.enum(['PENDING', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED']),
    initiated_at: instant.optional(),
    succeeded_at: instant.optional(),
  })
  .meta({ id: 'RefundResponse' })
export type RefundResponse = z.output<typeof refundResponse>

export const listRefundsResponse = listOf(refundResponse).meta({ id: 'ListRefundsResponse' })
