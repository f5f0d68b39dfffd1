import { createHash } from 'node:crypto'
import { recurringPeriods } from '@flexprice/domain/time'
import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { lineChangesOrder, lineOrder } from './line-orders.ts'
import { subscriptionChange } from './subscription-change.ts'

const id = z.string().min(1)
const instant = z.iso.datetime()
const prorationBehavior = z.enum(['create_prorations', 'none'])

/** To another plan. A period that is not said stays. */
export const planChangeOrder = z.strictObject({
  kind: z.literal('plan_change'),
  target_plan_id: id,
  proration_behavior: prorationBehavior,
  change_at: z.enum(['immediate', 'end_of_period']),
  /** Takes the place of a change that waits for the period's end; without it a second one is refused. */
  supersede: z.boolean(),
  period: z
    .strictObject({
      /** Null: the subscription's own stays. */
      billing_period: z.enum(recurringPeriods).nullable(),
      billing_period_count: z.number().int().positive().nullable(),
      billing_cycle: z.enum(['anniversary', 'calendar']),
      /** Whether the anchor moves although all of this is as it was; it always does with another period. */
      moves_anchor: z.boolean().optional(),
      /** Wins over the billing cycle. */
      billing_anchor: instant.nullable().optional(),
    })
    .nullable(),
})

const cancellation = z.strictObject({
  kind: z.literal('cancellation'),
  cancellation_type: z.enum(['immediate', 'end_of_period', 'scheduled_date']),
  /** Of a scheduled date. */
  cancel_at: instant.nullable(),
  invoice_policy: z.enum(['generate_invoice', 'skip']),
  proration_behavior: prorationBehavior,
  reason: z.string(),
})

const mode = z.enum(['immediate', 'period_end'])
const metadata = z.record(z.string(), z.string())

const pause = z.strictObject({
  kind: z.literal('pause'),
  mode,
  proration_behavior: prorationBehavior,
  reason: z.string(),
  metadata,
})

const resume = z.strictObject({
  kind: z.literal('resume'),
  mode,
  proration_behavior: prorationBehavior,
  /** None: the pause keeps its own. */
  metadata: metadata.optional(),
})

const trialEnd = z.strictObject({
  kind: z.literal('trial_end'),
  proration_behavior: prorationBehavior,
  /** Null: at once. */
  trial_end: instant.nullable(),
})

/** What is asked for; each kind of change is a case. */
const request = z.discriminatedUnion('kind', [
  planChangeOrder,
  lineChangesOrder,
  lineOrder,
  cancellation,
  pause,
  resume,
  trialEnd,
])

const one = z.strictObject({
  mode: z.enum(['preview', 'execute']),
  subscription_id: id,
  request,
  /** The newest change that whoever asks has seen: of two at once one wins. */
  seen_change_id: z.string().nullable(),
  /** The caller's key, or one that is drawn for the request. */
  idempotency_key: id,
  request_hash: id,
})

/** Of many subscriptions to another plan: what is stored under the id is previewed, or, as it was, executed. */
const bulk = z.strictObject({ mode: z.enum(['preview_bulk', 'execute_bulk']), bulk_change_id: id })

const input = z.discriminatedUnion('mode', [one, bulk])

const amount = z.string()
const plan = z.strictObject({ id: z.string(), name: z.string() })

const subscription = z.strictObject({
  id: z.string(),
  plan_id: z.string(),
  status: z.string(),
  billing_anchor: instant,
  billing_period: z.string(),
  billing_period_count: z.number().int(),
  current_period_start: instant,
  current_period_end: instant,
  trial_end: instant.nullable(),
  created_at: instant,
})

const line = z.strictObject({
  id: z.string(),
  change_action: z.enum(['created', 'updated', 'ended']),
  price_id: z.string(),
  quantity: amount,
  start_date: instant,
  end_date: instant.nullable(),
})

const credit = z.strictObject({
  invoice_id: z.string(),
  subscription_line_item_id: z.string(),
  period_start: instant,
  period_end: instant,
  amount,
  /** What of it the change charges anew; the rest goes back. */
  netted_amount: amount,
})

const proration = z.strictObject({
  currency: z.string(),
  credit_amount: amount,
  charge_amount: amount,
  net_amount: amount,
  period_start: instant,
  period_end: instant,
})

/** Amounts are decimal texts. Kept with the change: who asks again is answered the same. */
export const subscriptionChangeResult = z.strictObject({
  /** Null of a preview, and of what waits for its boundary. */
  change_id: z.string().nullable(),
  kind: z.string(),
  change_type: z.enum(['upgrade', 'downgrade', 'lateral']),
  effective_at: instant,
  /** When it was made, where its effect lies elsewhere. */
  made_at: instant.optional(),
  is_scheduled: z.boolean(),
  schedule_id: z.string().nullable(),
  superseded_schedules: z.array(z.string()),
  from_plan: plan,
  to_plan: plan,
  before: subscription,
  after: subscription,
  /** Of what waits for its boundary, with another grid: the period that begins then. */
  coming_period: z
    .strictObject({ billing_anchor: instant, current_period_start: instant, current_period_end: instant })
    .optional(),
  proration,
  lines: z.array(line),
  credits: z.array(credit),
  /** What it billed, oldest first. */
  invoice_ids: z.array(z.string()),
  /** Of a preview, as the API answers them, which its schema there knows; without a number. */
  invoices: z.array(z.record(z.string(), z.unknown())),
  /** Of a preview: the rows of the wallets' ledgers by which something would come back. */
  wallet_credits: z.array(z.record(z.string(), z.unknown())).optional(),
  warnings: z.array(z.string()),
})

const count = z.number().int().nonnegative()

/** What many changes come to: of those that are to be made, or were. */
export const bulkChangeResult = z.strictObject({
  bulk_change_id: z.string(),
  subscriptions: count,
  left_out: count,
  /** By the code of what refuses them. */
  left_out_by_code: z.array(z.strictObject({ code: z.string(), subscriptions: count })),
  totals: z.array(
    z.strictObject({
      currency: z.string(),
      subscriptions: count,
      upgrades: count,
      downgrades: count,
      laterals: count,
      credit_amount: amount,
      charge_amount: amount,
      net_amount: amount,
      /** Of those whose net is above 0. */
      invoiced_amount: amount,
      /** Of those whose net is below 0: what comes back, above 0. */
      returned_amount: amount,
    }),
  ),
})

/** Of many: one tells nothing before it is done. */
const progress = z.strictObject({
  subscriptions_due: count,
  subscriptions_processed: count,
  subscriptions_left_out: count,
  percent: z.number().min(0).max(100),
})

export const subscriptionChangeContract = defineContract({
  definition: subscriptionChange,
  input,
  result: z.union([subscriptionChangeResult, bulkChangeResult]),
  progress,
  workflowId: (environmentId, request) => `${subscriptionChange.name}:${environmentId}:${keyOf(request)}`,
  entityId: (request) => ('bulk_change_id' in request ? request.bulk_change_id : request.subscription_id),
})

function keyOf(request: z.infer<typeof input>): string {
  if ('bulk_change_id' in request) return `${request.mode}:${request.bulk_change_id}`
  const { mode, subscription_id, idempotency_key, request_hash } = request
  const of = [mode, subscription_id, idempotency_key, request_hash]
  return createHash('sha256').update(JSON.stringify(of)).digest('base64url')
}

export type SubscriptionChangeInput = z.infer<typeof one>
export type BulkChangeInput = z.infer<typeof bulk>
export type SubscriptionChangeWorkflowInput = z.infer<typeof input>
export type SubscriptionChangeResult = z.infer<typeof subscriptionChangeResult>
export type BulkChangeResult = z.infer<typeof bulkChangeResult>
export type SubscriptionChangeWorkflowResult = SubscriptionChangeResult | BulkChangeResult
export type ChangeOrder = z.infer<typeof request>
export type LineChangesOrder = z.infer<typeof lineChangesOrder>
export type LineOrder = z.infer<typeof lineOrder>
export type PlanChangeOrder = z.infer<typeof planChangeOrder>
export type CancellationOrder = z.infer<typeof cancellation>
export type PauseOrder = z.infer<typeof pause>
export type TrialEndOrder = z.infer<typeof trialEnd>
export type ResumeOrder = z.infer<typeof resume>
