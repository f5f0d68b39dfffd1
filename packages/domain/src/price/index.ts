/** What a price says, and what a quantity costs at it (billing rules, section 3). */
export { type Charge, type ChargeWarning, chargeFor, type PricingTerms } from './charge.ts'
export { type ChargeExplanation, recomputeCharge, type TierCharge } from './charge-explanation.ts'
export {
  type AggregationType,
  aggregationTypes,
  type BucketSize,
  bucketSizes,
  isBucketable,
  type MeterFilter,
  type MeterTerms,
  type UsageReset,
  usageResets,
  validateMeterFilters,
  validateMeterTerms,
} from './meter-terms.ts'
export { type PricedMeter, type PriceMetering, validateAgainstMeter } from './price-metering.ts'
export {
  type BillingModel,
  billingModels,
  type InvoiceCadence,
  invoiceCadences,
  type PackageRounding,
  type PriceTerms,
  type PriceType,
  packageRoundings,
  priceTypes,
  type TierMode,
  type TransformQuantity,
  tierModes,
  validatePriceTerms,
} from './price-terms.ts'
export { type Tier, validateAmount, validateTiers } from './tier.ts'
