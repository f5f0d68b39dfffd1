import { z } from 'zod'
import { wireErrorCode } from '../wire/error.ts'
import { instant } from '../wire/instant.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { cursor } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

/** Of one run by ids; whatever is due may be any number. */
export const billedSubscriptionsMax = 10_000
const perPageMax = 1_000
const perPageDefault = 50

export const createBillingRunRequest = z.strictObject({
  /** What was due by then is billed; the environment's now unless given, and never ahead of it. */
  as_of: instant.optional(),
  /** These only, as far as they are due; whatever is due unless given. */
  subscription_ids: z.array(identifier).min(1).max(billedSubscriptionsMax).optional(),
  /** Rates and tells what would be billed, and writes no invoice. */
  dry_run: z.boolean().optional(),
})

export const billingRunStarted = z
  .object({ ...workflowStarted.shape, billing_run_id: z.string() })
  .meta({ id: 'BillingRunStarted' })

/** Amounts are decimal texts in the currency's major unit. */
export const billingRunResponse = z
  .object({
    id: z.string(),
    status: z.enum(['PENDING', 'RUNNING', 'COMPLETED', 'CANCELED']),
    trigger: z.enum(['schedule', 'request', 'clock']),
    as_of: instant,
    /** Of a move of the test clock, up to `as_of`: from where. */
    clock_from: instant.optional(),
    subscription_ids: z.array(z.string()).optional(),
    dry_run: z.boolean(),
    workflow_id: z.string().optional(),
    run_id: z.string().optional(),
    /** Found so far: periods of subscriptions, drafts whose delay is over, and late usage of ended subscriptions. */
    due: z.int(),
    subscriptions_billed: z.int(),
    subscriptions_failed: z.int(),
    invoices_created: z.int(),
    invoices_finalized: z.int(),
    /** That waited for a boundary and can never be made: it was billed without them. Its failures say which, and why. */
    scheduled_changes_failed: z.int(),
    /** Of the invoices as they were made: a draft's may still change until it is finalized. */
    totals: z.array(z.object({ currency: z.string(), invoices: z.int(), total: z.string() })),
    created_by: z.string(),
    created_at: instant,
    finished_at: instant.optional(),
  })
  .meta({ id: 'BillingRunResponse' })
export type BillingRunResponse = z.output<typeof billingRunResponse>

export const billingRunsQuery = z.strictObject({
  limit: queryInteger(1, perPageMax).default(perPageDefault),
  cursor: cursor.optional(),
})

/** Newest first; `next_cursor` is left out on the last page. */
export const billingRunsResponse = z
  .object({ items: z.array(billingRunResponse), next_cursor: z.string().optional() })
  .meta({ id: 'BillingRunsResponse' })

export const billingFailuresResponse = z
  .object({
    items: z.array(
      z.object({
        /** Of `expiries` and `topups` the wallet's id. */
        subscription_id: z.string(),
        /** What could not be done: `grants`: give credits; `periods`: bill what is due; `drafts`: close its draft; `late`: bill late usage after its end; `expiries`: end a wallet's credits; `topups`: top a wallet up; `schedules`: make the change that waited for a boundary, which was billed without it. */
        work: z.enum(['grants', 'periods', 'drafts', 'late', 'expiries', 'topups', 'schedules']),
        /** Of `schedules`. */
        schedule_id: z.string().optional(),
        error: z.object({ code: wireErrorCode, message: z.string() }),
        attempts: z.int(),
        first_failed_at: instant,
        last_failed_at: instant,
        /** None of `schedules`: such a change is never made. */
        next_attempt_at: instant.optional(),
      }),
    ),
    next_cursor: z.string().optional(),
  })
  .meta({ id: 'BillingFailuresResponse' })
