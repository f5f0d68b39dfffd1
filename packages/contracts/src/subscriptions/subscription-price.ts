import { z } from 'zod'
import { bucketSize } from '../catalog/meter.ts'
import {
  billingModel,
  billingPeriod,
  invoiceCadence,
  priceNotes,
  priceType,
  priceUnitConfig,
  priceUnitType,
  tierMode,
  tiers,
  transformQuantity,
} from '../catalog/price.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { instant } from '../wire/instant.ts'
import { notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { identifier } from '../wire/text.ts'

const filterValuesMax = 100

/**
 * A price of one subscription's own, in its currency. Whether its terms make a price is checked with
 * that currency, where the subscription is known.
 */
export const subscriptionPrice = z.strictObject({
  type: notBuiltValues(priceType, ['USAGE']),
  price_unit_type: notBuiltValues(priceUnitType, ['CUSTOM']),
  billing_model: billingModel,
  billing_period: billingPeriod,
  billing_period_count: z.int().default(1),
  invoice_cadence: invoiceCadence,
  amount: decimalString.optional(),
  tier_mode: tierMode.optional(),
  tiers: tiers.optional(),
  transform_quantity: transformQuantity.optional(),
  min_quantity: z.int().min(0).optional(),
  start_date: instant.optional(),
  end_date: instant.optional(),
  ...priceNotes,
  bucket_size: notBuilt(bucketSize),
  filter_values: notBuilt(z.record(z.string(), z.array(z.string()).max(filterValuesMax))),
  meter_id: notBuilt(identifier),
  price_unit_config: notBuilt(priceUnitConfig),
  // The subscription is past its beginning, where trials are.
  trial_period_days: notBuilt(z.int()),
})
export type SubscriptionPrice = z.output<typeof subscriptionPrice>
