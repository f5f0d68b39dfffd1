import { z } from 'zod'
import { windowProblems } from '../invoices/calculation-window.ts'
import { wireErrorCode } from '../wire/error.ts'
import { instant } from '../wire/instant.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { cursor } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'
import { lineWarnings, warning } from '../wire/warning.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

/** Of one calculation by ids; a plan's or all of them may be any number. */
export const calculatedSubscriptionsMax = 10_000
const itemsPerPageMax = 1_000
const itemsPerPageDefault = 50

const selections = ['subscription_ids', 'plan_id', 'all'] as const

export const createCalculationRequest = z
  .strictObject({
    subscription_ids: z.array(identifier).min(1).max(calculatedSubscriptionsMax).optional(),
    plan_id: identifier.optional(),
    all: z.boolean().optional(),
    period_start: instant.optional(),
    period_end: instant.optional(),
    create_drafts: z.boolean().optional(),
  })
  .check((context) => {
    const { value } = context
    const issue = (path: string, message: string) =>
      context.issues.push({ code: 'custom', input: value, path: [path], message })
    const given = selections.filter((field) => value[field] !== undefined && value[field] !== false)
    if (given.length === 0) issue('subscription_ids', 'give exactly one of subscription_ids, plan_id and all')
    for (const field of given.slice(1)) issue(field, `cannot be given together with ${given[0]}`)
    for (const { path, message } of windowProblems(value)) issue(path, message)
    if (value.create_drafts && (value.period_start || value.period_end)) {
      issue('create_drafts', 'is for the current periods: leave period_start and period_end out')
    }
  })
export type CreateCalculationRequest = z.output<typeof createCalculationRequest>

export const calculationStarted = z
  .object({ ...workflowStarted.shape, calculation_id: z.string() })
  .meta({ id: 'CalculationStarted' })

const sums = {
  currency: z.string(),
  subscriptions: z.int(),
  failed: z.int(),
  subtotal: z.string(),
  total: z.string(),
}

/** Amounts are decimal texts in the currency's major unit. */
export const calculationResponse = z
  .object({
    id: z.string(),
    status: z.enum(['PENDING', 'RUNNING', 'COMPLETED']),
    workflow_id: z.string().optional(),
    run_id: z.string().optional(),
    plan_id: z.string().optional(),
    period_start: instant.optional(),
    period_end: instant.optional(),
    create_drafts: z.boolean(),
    /** The one now of all of its figures; events that came later are not in them. */
    pinned_at: instant,
    subscriptions_total: z.int().optional(),
    subscriptions_processed: z.int(),
    subscriptions_failed: z.int(),
    totals: z.array(z.object(sums)),
    /** The 1,000 plans with the most subscriptions. */
    totals_by_plan: z.array(z.object({ plan_id: z.string(), ...sums })),
    created_at: instant,
    finished_at: instant.optional(),
  })
  .meta({ id: 'CalculationResponse' })

export const calculationLine = z
  .object({
    subscription_line_item_id: z.string(),
    price_id: z.string(),
    price_type: z.enum(['FIXED', 'USAGE']),
    display_name: z.string(),
    quantity: z.string(),
    amount: z.string(),
    period_start: instant,
    period_end: instant,
    /** The amount can be computed again from it alone. */
    explanation: z.record(z.string(), z.unknown()),
    warnings: z.array(warning),
  })
  .meta({ id: 'CalculationLine' })

export const calculationItem = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    external_customer_id: z.string(),
    plan_id: z.string(),
    currency: z.string(),
    period_start: instant.optional(),
    period_end: instant.optional(),
    subtotal: z.string().optional(),
    total: z.string().optional(),
    lines: z.array(calculationLine),
    error: z.object({ code: wireErrorCode, message: z.string() }).optional(),
    /** The draft that was made or brought up to date, or the invoice that has billed the cycle. */
    invoice_id: z.string().optional(),
    /** That invoice is closed already: the item is in no totals. */
    invoiced: z.boolean().optional(),
    warnings: lineWarnings,
  })
  .meta({ id: 'CalculationItem' })

export const calculationItemsQuery = z.strictObject({
  limit: queryInteger(1, itemsPerPageMax).default(itemsPerPageDefault),
  cursor: cursor.optional(),
})

/** By subscription id; `next_cursor` is left out on the last page. */
export const calculationItemsResponse = z
  .object({ items: z.array(calculationItem), next_cursor: z.string().optional() })
  .meta({ id: 'CalculationItemsResponse' })
