import { namedSkips, syncSkips } from '@flexprice/domain/subscription'
import { z } from 'zod'
import { updatePriceRequest } from '../catalog/price.ts'
import { wireErrorCode } from '../wire/error.ts'
import { instant } from '../wire/instant.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { cursor } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const editsMax = 100
const itemsPerPageMax = 1_000
const itemsPerPageDefault = 50

/** An edit as `PUT /prices/{id}` takes it. Without `effective_from` it holds from the preview's instant, or waits from then on. */
const previewedEdit = updatePriceRequest.extend({ price_id: identifier })

export const previewSyncRequest = z.strictObject({ prices: z.array(previewedEdit).min(1).max(editsMax) })

export const syncPreviewStarted = z
  .object({ ...workflowStarted.shape, preview_id: z.string() })
  .meta({ id: 'SyncPreviewStarted' })

/** With a preview exactly its edits are made first. */
export const syncPlanPricesRequest = z.strictObject({ preview_id: identifier.optional() })

const amounts = { before: z.string(), after: z.string(), difference: z.string() }
const skipCounts = z.record(z.enum(syncSkips), z.int())

const result = z.object({
  subscriptions_touched: z.int(),
  subscriptions_untouched: z.int(),
  subscriptions_failed: z.int(),
  /** A subscription counts under the first reason of its edited prices, in the order of the sync's own rules. */
  untouched_by_reason: skipCounts,
  /** Pairs of subscription and price, as the sync's own result will count them. */
  prices_added: z.int(),
  prices_removed: z.int(),
  prices_skipped: z.int(),
  skipped_by_reason: skipCounts,
  /** Which prices would bill nothing, why, and in how many of the subscriptions. */
  skipped_prices: z.array(
    z.object({ price_id: z.string(), reason: z.enum(namedSkips), subscriptions: z.int() }),
  ),
  totals: z.array(
    z.object({
      currency: z.string(),
      subscriptions: z.int(),
      increased: z.int(),
      decreased: z.int(),
      ...amounts,
    }),
  ),
  /** Ten of each currency, the largest difference first. */
  largest_movers: z.array(
    z.object({
      currency: z.string(),
      subscription_id: z.string(),
      customer_id: z.string(),
      external_customer_id: z.string(),
      ...amounts,
    }),
  ),
})

/** Amounts are decimal texts in the currency's major unit. */
export const syncPreviewResponse = z
  .object({
    id: z.string(),
    plan_id: z.string(),
    status: z.enum(['PENDING', 'RUNNING', 'COMPLETED']),
    prices: z.array(previewedEdit),
    /** The one now of all of its figures; events that came later are not in them. */
    pinned_at: instant,
    /** From then on it cannot be applied, as a price ends. */
    valid_until: instant.optional(),
    /** False once applied, and if the plan changed while it was made. A later change shows when it is applied. */
    applicable: z.boolean(),
    subscriptions_total: z.int().optional(),
    subscriptions_processed: z.int(),
    result: result.optional(),
    created_at: instant,
    finished_at: instant.optional(),
    applied_at: instant.optional(),
  })
  .meta({ id: 'SyncPreviewResponse' })

const syncPreviewItem = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    external_customer_id: z.string(),
    currency: z.string(),
    outcome: z.enum(['touched', 'untouched', 'failed']),
    reason: z.enum(syncSkips).optional(),
    /** Of the next invoice; none for a subscription that is not billed. */
    period_start: instant.optional(),
    period_end: instant.optional(),
    /** The period's invoice is closed already: the subscription has no amounts here, and is in no totals. */
    invoiced: z.boolean().optional(),
    invoice_id: z.string().optional(),
    before: z.string().optional(),
    after: z.string().optional(),
    difference: z.string().optional(),
    /** Each edited price, and each other that the sync would bring. */
    prices: z.array(z.object({ price_id: z.string(), effect: z.enum(['changed', ...syncSkips]) })),
    error: z.object({ code: wireErrorCode, message: z.string() }).optional(),
  })
  .meta({ id: 'SyncPreviewItem' })

export const syncPreviewItemsQuery = z.strictObject({
  limit: queryInteger(1, itemsPerPageMax).default(itemsPerPageDefault),
  cursor: cursor.optional(),
  outcome: z.enum(['touched', 'untouched', 'failed']).optional(),
})

/** By subscription id; `next_cursor` is left out on the last page. */
export const syncPreviewItemsResponse = z
  .object({ items: z.array(syncPreviewItem), next_cursor: z.string().optional() })
  .meta({ id: 'SyncPreviewItemsResponse' })
