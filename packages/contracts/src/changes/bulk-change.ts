import { z } from 'zod'
import { billingPeriod } from '../catalog/price.ts'
import { prorationBehavior } from '../subscriptions/subscription-choices.ts'
import { currency } from '../wire/currency.ts'
import { wireErrorCode } from '../wire/error.ts'
import { instant } from '../wire/instant.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { cursor } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'
import { changeAt, changeType } from './subscription-change.ts'

/** Of one list of ids; of a plan there may be any number. */
export const bulkChangeIdsMax = 10_000
const itemsPerPageMax = 1_000
const itemsPerPageDefault = 50

const filters = ['currency', 'billing_period', 'started_before'] as const

/** Subscriptions of a plan, by filters, or a list of them, to another plan. */
export const previewBulkChangeRequest = z
  .strictObject({
    plan_id: identifier.optional(),
    subscription_ids: z.array(identifier).min(1).max(bulkChangeIdsMax).optional(),
    /** Of a plan's subscriptions those that have it. */
    currency: currency.optional(),
    billing_period: billingPeriod.optional(),
    /** Of a plan's subscriptions those that began before. */
    started_before: instant.optional(),
    target_plan_id: identifier,
    proration_behavior: prorationBehavior,
    change_at: changeAt.default('immediate'),
    /** They take the place of changes that wait for the period's end. */
    supersede: z.boolean().default(false),
  })
  .check((context) => {
    const { value } = context
    const issue = (path: string, message: string) =>
      context.issues.push({ code: 'custom', input: value, path: [path], message })
    if (value.plan_id === undefined && value.subscription_ids === undefined) {
      issue('plan_id', 'give exactly one of plan_id and subscription_ids')
    }
    if (value.plan_id !== undefined && value.subscription_ids !== undefined) {
      issue('subscription_ids', 'cannot be given together with plan_id')
    }
    if (value.subscription_ids !== undefined) {
      for (const field of filters) {
        if (value[field] !== undefined) issue(field, "is for a plan's subscriptions: leave it out of a list")
      }
    }
    if (value.plan_id !== undefined && value.plan_id === value.target_plan_id) {
      issue('target_plan_id', 'is the plan that the subscriptions have already')
    }
    if (value.change_at === 'end_of_period' && value.proration_behavior === 'create_prorations') {
      issue('proration_behavior', "must be none at the period's end, where there is nothing to prorate")
    }
  })
export type PreviewBulkChangeRequest = z.output<typeof previewBulkChangeRequest>

export const bulkChangeRequest = z.strictObject({ bulk_change_id: identifier })

export const bulkChangeStarted = z
  .object({ ...workflowStarted.shape, bulk_change_id: z.string() })
  .meta({ id: 'BulkChangeStarted' })

const outcome = z.enum(['to_change', 'changed', 'left_out'])

const sums = z
  .object({
    /** To be changed, or changed. */
    subscriptions: z.int(),
    left_out: z.int(),
    /** By the code of what refuses them. */
    left_out_by_code: z.array(z.object({ code: wireErrorCode, subscriptions: z.int() })),
    totals: z.array(
      z.object({
        currency: z.string(),
        subscriptions: z.int(),
        upgrades: z.int(),
        downgrades: z.int(),
        laterals: z.int(),
        credit_amount: z.string(),
        charge_amount: z.string(),
        net_amount: z.string(),
        /** Of those whose net is above 0: what is invoiced. */
        invoiced_amount: z.string(),
        /** Of those whose net is below 0: what comes back. */
        returned_amount: z.string(),
      }),
    ),
    /** Ten of each currency, the largest net first. */
    largest_movers: z.array(
      z.object({
        currency: z.string(),
        subscription_id: z.string(),
        customer_id: z.string(),
        external_customer_id: z.string(),
        net_amount: z.string(),
      }),
    ),
  })
  .meta({ id: 'BulkChangeSums' })

/** Amounts are decimal texts in the currency's major unit. */
export const bulkChangeResponse = z
  .object({
    id: z.string(),
    status: z.enum(['PENDING', 'PREVIEWING', 'PREVIEWED', 'RUNNING', 'COMPLETED']),
    plan_id: z.string().optional(),
    target_plan_id: z.string(),
    proration_behavior: prorationBehavior,
    change_at: changeAt,
    supersede: z.boolean(),
    /** The one now of all of its figures: an immediate change holds from then on. */
    pinned_at: instant,
    /** From then on it is not executed any more. */
    valid_until: instant,
    /** False once it is started, and where the target plan's prices changed while it was previewed. */
    applicable: z.boolean(),
    subscriptions_total: z.int().optional(),
    /** Of the phase that it is in, or was last. */
    subscriptions_processed: z.int(),
    subscriptions_left_out: z.int(),
    preview: sums.optional(),
    result: sums.optional(),
    created_at: instant,
    previewed_at: instant.optional(),
    started_at: instant.optional(),
    finished_at: instant.optional(),
  })
  .meta({ id: 'BulkChangeResponse' })

const bulkChangeItem = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    external_customer_id: z.string(),
    from_plan_id: z.string(),
    currency: z.string(),
    outcome,
    /** As previewed; none of what cannot be changed. */
    change_type: changeType.optional(),
    effective_at: instant.optional(),
    credit_amount: z.string().optional(),
    charge_amount: z.string().optional(),
    net_amount: z.string().optional(),
    change_id: z.string().optional(),
    /** Why it is left out. */
    error: z.object({ code: wireErrorCode, message: z.string() }).optional(),
  })
  .meta({ id: 'BulkChangeItem' })

export const bulkChangeItemsQuery = z.strictObject({
  limit: queryInteger(1, itemsPerPageMax).default(itemsPerPageDefault),
  cursor: cursor.optional(),
  outcome: outcome.optional(),
})

/** By subscription id; `next_cursor` is left out on the last page. */
export const bulkChangeItemsResponse = z
  .object({ items: z.array(bulkChangeItem), next_cursor: z.string().optional() })
  .meta({ id: 'BulkChangeItemsResponse' })
