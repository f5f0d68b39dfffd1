import { z } from 'zod'
import { linePrice } from '../catalog/price-response.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { instant } from '../wire/instant.ts'
import { identifier } from '../wire/text.ts'
import { warnings } from '../wire/warning.ts'

/** The current period unless told; `lifetime_usage`: since the subscription's start. */
export const getUsageBySubscriptionRequest = z.strictObject({
  subscription_id: identifier,
  start_time: instant.optional(),
  end_time: instant.optional(),
  lifetime_usage: z.boolean().optional(),
})

/** What one line charges of one of its periods. */
const subscriptionUsageByMeters = z
  .object({
    amount: exactNumber,
    currency: z.string(),
    display_amount: z.string(),
    filter_values: z.record(z.string(), z.array(z.string())).optional(),
    is_overage: z.boolean(),
    meter_display_name: z.string(),
    meter_id: z.string(),
    overage_factor: exactNumber.optional(),
    price: linePrice,
    /** Before allowances. */
    quantity: exactNumber,
    subscription_line_item_id: z.string(),
    // Ours: the line's own part of the time, and what is billed of the quantity.
    start_time: instant,
    end_time: instant,
    billed_quantity: exactNumber,
    // Ours: events whose value is no number, and those that have not the property.
    not_numeric: z.int().optional(),
    missing: z.int().optional(),
    warnings,
  })
  .meta({ id: 'SubscriptionUsageByMetersResponse' })

export const getUsageBySubscriptionResponse = z
  .object({
    amount: exactNumber,
    display_amount: z.string(),
    currency: z.string(),
    start_time: instant,
    end_time: instant,
    charges: z.array(subscriptionUsageByMeters),
    commitment_amount: exactNumber.optional(),
    commitment_utilized: exactNumber.optional(),
    has_overage: z.boolean(),
    overage_amount: exactNumber.optional(),
    overage_factor: exactNumber.optional(),
  })
  .meta({ id: 'GetUsageBySubscriptionResponse' })
