import { z } from 'zod'
import { bucketSize } from '../catalog/meter.ts'
import { billingModel, billingPeriod, tierMode, tiers, transformQuantity } from '../catalog/price.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { identifier, name } from '../wire/text.ts'
import { prorationBehavior } from './subscription-choices.ts'
import { subscriptionPrice } from './subscription-price.ts'

const bucketsMax = 100

/** Without prorations no money moves: with them the rest of the period is charged or credited at once. */
const behavior = prorationBehavior.default('none')
const quantity = exactNumber.refine((value) => !value.startsWith('-'), 'must not be negative')

const commitment = {
  commitment_amount: notBuilt(exactNumber, '0'),
  commitment_duration: notBuilt(billingPeriod),
  commitment_overage_factor: notBuilt(exactNumber, '1'),
  commitment_quantity: notBuilt(exactNumber, '0'),
  commitment_time_buckets: notBuilt(z.array(laterObject('CommitmentBucketRequest')).max(bucketsMax)),
  commitment_true_up_enabled: notBuilt(z.boolean()),
  commitment_type: notBuilt(z.enum(['quantity', 'amount'])),
  commitment_windowed: notBuilt(z.boolean()),
}

/** A line is of a price that is there, by its id, or of one that is made for it. */
export const createSubscriptionLineItemRequest = z
  .strictObject({
    price_id: identifier.optional(),
    price: subscriptionPrice.optional(),
    quantity: quantity.optional(),
    start_date: instant.optional(),
    end_date: instant.optional(),
    /** Of the price that is made: a line shows its price's name. */
    display_name: name.optional(),
    metadata: metadata.optional(),
    proration_behavior: behavior,
    subscription_phase_id: notBuilt(identifier),
    ...commitment,
  })
  .check((context) => {
    const { price, price_id, display_name } = context.value
    const refuse = (path: string, message: string) =>
      context.issues.push({ code: 'custom', input: context.value, path: [path], message })
    if (price === undefined && price_id === undefined) refuse('price_id', 'or price must be given')
    if (price !== undefined && price_id !== undefined) refuse('price', 'must be left out beside price_id')
    if (display_name && price === undefined)
      refuse('display_name', "must be left out: the line shows its price's name")
  })
export type CreateSubscriptionLineItemRequest = z.output<typeof createSubscriptionLineItemRequest>

export const updateSubscriptionLineItemRequest = z.strictObject({
  // Ours: the contract changes a line's money and texts only.
  quantity: quantity.optional(),
  amount: decimalString.optional(),
  billing_model: billingModel.optional(),
  tier_mode: tierMode.optional(),
  tiers: tiers.optional(),
  transform_quantity: transformQuantity.optional(),
  metadata: metadata.optional(),
  effective_from: instant.optional(),
  /** Ours. */
  proration_behavior: behavior,
  bucket_size: notBuilt(bucketSize),
  price_unit_amount: notBuilt(decimalString),
  price_unit_tiers: notBuilt(tiers),
  ...commitment,
})
export type UpdateSubscriptionLineItemRequest = z.output<typeof updateSubscriptionLineItemRequest>

export const deleteSubscriptionLineItemRequest = z.strictObject({
  effective_from: instant.optional(),
  proration_behavior: behavior,
})
