import { namedSkips } from '@flexprice/domain/subscription'
import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { priceSync, priceSyncWorkflowId } from './price-sync.ts'

const input = z.strictObject({ plan_id: z.string().min(1) })

const count = z.number().int().nonnegative()

/** Why pairs of subscription and price were left as they are (billing rules, section 8). */
const skips = z.strictObject({
  incompatible: count,
  ended: count,
  overridden: count,
  ended_by_user: count,
  in_sync: count,
})

const result = z.strictObject({
  plan_id: z.string(),
  subscriptions_processed: count,
  /** Passed over by the watermark: none of their pairs was looked at. */
  subscriptions_unchanged: count,
  prices_added: count,
  prices_removed: count,
  prices_skipped: count,
  skipped_by_reason: skips,
  /** Which prices bill nothing, why, and in how many of the subscriptions; what is in sync is none of them. */
  skipped_prices: z
    .array(z.strictObject({ price_id: z.string(), reason: z.enum(namedSkips), subscriptions: count }))
    .readonly()
    .optional(),
})

const progress = z.strictObject({
  /** To be looked at; those that the watermark passes over are not among them. */
  subscriptions_due: count,
  subscriptions_processed: count,
  prices_added: count,
  prices_removed: count,
  prices_skipped: count,
  percent: z.number().min(0).max(100),
})

export const priceSyncContract = defineContract({
  definition: priceSync,
  input,
  result,
  progress,
  workflowId: (environmentId, { plan_id }) => priceSyncWorkflowId(environmentId, plan_id),
  entityId: ({ plan_id }) => plan_id,
})

export type PriceSyncInput = z.infer<typeof input>
export type PriceSyncResult = z.infer<typeof result>
export type PriceSyncProgress = z.infer<typeof progress>
