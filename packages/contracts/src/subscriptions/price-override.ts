import { z } from 'zod'
import { decimalString } from './decimal-string.ts'
import { bucketSize } from './meter.ts'
import { notBuilt } from './not-built.ts'
import { billingModel, tierMode, tiers, transformQuantity } from './price.ts'
import { identifier } from './text.ts'

/** A plan price as one subscription has it: another quantity, or money of its own. What is left out stays the price's. */
export const overrideLineItem = z.strictObject({
  price_id: identifier,
  quantity: decimalString.refine((quantity) => !quantity.startsWith('-'), 'must not be negative').optional(),
  amount: decimalString.optional(),
  billing_model: billingModel.optional(),
  tier_mode: tierMode.optional(),
  tiers: tiers.optional(),
  transform_quantity: transformQuantity.optional(),
  bucket_size: bucketSize.optional(),
  price_unit_amount: notBuilt(decimalString),
  price_unit_tiers: notBuilt(tiers),
})
export type OverrideLineItem = z.output<typeof overrideLineItem>
