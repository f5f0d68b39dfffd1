import { z } from 'zod'
import { calculateCharges } from './calculate-charges.ts'
import { defineContract } from './define-contract.ts'

const id = z.string().min(1)

const input = z.discriminatedUnion('kind', [
  /** Many subscriptions: stored first, as a list of them would not fit in here. */
  z.strictObject({ kind: z.literal('calculation'), calculation_id: id }),
  /** A price change that is not made yet, and its sync: stored first, with its edits. */
  z.strictObject({ kind: z.literal('sync_preview'), preview_id: id }),
  /** The invoice that a subscription would get next, or for a window; nothing is written. */
  z.strictObject({
    kind: z.literal('preview'),
    request_key: id,
    subscription_id: id,
    window: z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime() }).nullable(),
  }),
  /** A draft, rated once more and, if asked for, finalized with what that has found. */
  z.strictObject({
    kind: z.literal('invoice'),
    request_key: id,
    invoice_id: id,
    finalize: z.boolean(),
  }),
  /** A voided invoice: a draft is made in its place, once. */
  z.strictObject({ kind: z.literal('replacement'), invoice_id: id }),
])

const count = z.number().int().nonnegative()

/** Amounts are decimal texts. */
const total = z.strictObject({
  currency: z.string(),
  subscriptions: count,
  failed: count,
  subtotal: z.string(),
  total: z.string(),
})

const calculation = z.strictObject({
  calculation_id: z.string(),
  subscriptions_processed: count,
  subscriptions_failed: count,
  totals: z.array(total),
})

const invoice = z.strictObject({ invoice_id: z.string(), invoice_status: z.string() })

/** As the API answers it, which its schema there knows. */
const preview = z.strictObject({
  preview: z.record(z.string(), z.unknown()),
  /** The closed invoice that has billed what the preview shows. */
  invoiced_by: z.string().nullable().optional(),
  /** What waits for the boundary and can never be made, and why: the invoice is without it. */
  failed_change: z.strictObject({ schedule_id: z.string(), message: z.string() }).optional(),
})

/** Amounts are decimal texts. The rest is read by the preview's own calls. */
const syncPreview = z.strictObject({
  preview_id: z.string(),
  subscriptions_touched: count,
  subscriptions_untouched: count,
  subscriptions_failed: count,
  totals: z.array(
    z.strictObject({
      currency: z.string(),
      subscriptions: count,
      increased: count,
      decreased: count,
      before: z.string(),
      after: z.string(),
      difference: z.string(),
    }),
  ),
})

const result = z.union([calculation, invoice, preview, syncPreview])

/** Of a calculation. */
const progress = z.strictObject({
  subscriptions_due: count,
  subscriptions_processed: count,
  subscriptions_failed: count,
  percent: z.number().min(0).max(100),
})

export const calculateChargesContract = defineContract({
  definition: calculateCharges,
  input,
  result,
  progress,
  workflowId: (environmentId, request) => `${calculateCharges.name}:${environmentId}:${keyOf(request)}`,
  entityId: (request) => {
    switch (request.kind) {
      case 'calculation':
        return request.calculation_id
      case 'sync_preview':
        return request.preview_id
      case 'preview':
        return request.subscription_id
      case 'invoice':
      case 'replacement':
        return request.invoice_id
    }
  },
})

/** Each request is its own: one that joined a running one might miss the events that it was sent for. */
function keyOf(request: CalculateChargesInput): string {
  switch (request.kind) {
    case 'calculation':
      return request.calculation_id
    case 'sync_preview':
      return request.preview_id
    case 'preview':
      return `preview:${request.subscription_id}:${request.request_key}`
    case 'invoice':
      return `${request.invoice_id}:${request.request_key}`
    case 'replacement':
      return `replacement:${request.invoice_id}`
  }
}

export type CalculateChargesInput = z.infer<typeof input>
export type CalculateChargesResult = z.infer<typeof result>
export type CalculationResult = z.infer<typeof calculation>
export type RecalculatedInvoice = z.infer<typeof invoice>
export type InvoicePreview = z.infer<typeof preview>
export type SyncPreviewResult = z.infer<typeof syncPreview>
