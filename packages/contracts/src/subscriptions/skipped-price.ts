import { priceSkips } from '@flexprice/domain/subscription'
import { z } from 'zod'

/** A price of the plan that a subscription has no line of, or none from its start on. */
export const skippedPrice = z.object({
  price_id: z.string(),
  reason: z.enum(priceSkips),
  /** What of the price is not the subscription's, as in “bills each 1 × MONTHLY”. */
  message: z.string(),
})
