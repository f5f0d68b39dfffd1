import { z } from 'zod'
import { bucketSize } from '../catalog/meter.ts'
import { billingModel, tierMode, tiers, transformQuantity } from '../catalog/price.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { notBuilt } from '../wire/not-built.ts'
import { identifier } from '../wire/text.ts'

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
