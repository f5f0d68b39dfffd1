/**
 * The rules of money and time, as pure functions over plain values. Nothing here does I/O, reads a
 * clock or draws a random number: instants and ids are arguments. Depends on no other package of ours.
 */
export {
  type AggregatedEntitlement,
  type AggregatedFeature,
  aggregateEntitlements,
  type EntitledSubscription,
  type EntitlementSource,
  entitlementSources,
} from './aggregate-entitlements.ts'
export { type AllocationTarget, allocate } from './allocation.ts'
export { type Allowance, AllowanceLedger, allowancePeriodAt } from './allowance.ts'
export { type AnchorTerms, anchorFor, type BillingCycle, billingCycles } from './anchor.ts'
export { assert } from './assert.ts'
export {
  type BillingPeriod,
  billingPeriodCountMax,
  billingPeriods,
  isPeriodCount,
  isRecurring,
  type RecurringPeriod,
  recurringPeriods,
} from './billing-period.ts'
export { type Charge, type ChargeWarning, chargeFor, type PricingTerms } from './charge.ts'
export { type ChargeExplanation, recomputeCharge, type TierCharge } from './charge-explanation.ts'
export { currencyExponent, parseCurrency } from './currency.ts'
export type {
  Cycle,
  CycleCharge,
  CycleLine,
  CyclePlan,
  CycleTerms,
  LineMetering,
  MeasuredUsage,
  PlannedFixed,
  PlannedUsage,
} from './cycle.ts'
export {
  compareDecimals,
  type Decimal,
  decimalFromInteger,
  divideRounded,
  equalDecimals,
  formatDecimal,
  fractionDigitsMax,
  integerDigitsMax,
  isNegative,
  isPositive,
  isStorable,
  parseDecimal,
  readDecimal,
  sumDecimals,
  zero,
} from './decimal.ts'
export { dueDate, type PaymentTerms } from './due-date.ts'
export {
  type AllowanceReset,
  allowanceResets,
  changedEntitlementTerms,
  type EntitlementChanges,
  type EntitlementTerms,
  newEntitlementTerms,
  usageLimitMax,
  validateEntitlementTerms,
} from './entitlement-terms.ts'
export {
  CodedError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  errorCodes,
  errorKind,
  type FieldProblem,
  invalid,
  isCodedError,
  isErrorCode,
  isRetryable,
  notFound,
  wireCode,
} from './errors.ts'
export { type FeatureTerms, type FeatureType, featureTypes, validateFeatureTerms } from './feature-terms.ts'
export { type Grid, gridIntervalAt, gridPoint, nextBoundary, type Period } from './grid.ts'
export {
  assertInvoice,
  type InvoiceAdjustments,
  type InvoiceAmounts,
  type InvoiceLineAmount,
  invoiceAmounts,
} from './invoice.ts'
export {
  type FixedLineExplanation,
  type LineCharge,
  type LineExplanation,
  lineCharge,
  recomputeLine,
} from './line-charge.ts'
export { validateLineTerms } from './line-terms.ts'
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
export { fromUnits, isWholeUnits, roundedQuotient, roundMoney, roundRatioMoney, toUnits } from './money.ts'
export { type Lifetime, later, periodAt } from './period.ts'
export { planCycle } from './plan-cycle.ts'
export { type PricedMeter, type PriceMetering, validateAgainstMeter } from './price-metering.ts'
export {
  type SubscriptionSync,
  type SyncedLines,
  type SyncLine,
  type SyncOutcome,
  type SyncPrice,
  type SyncSkip,
  type SyncSubscription,
  syncLines,
  syncSkips,
} from './price-sync.ts'
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
export {
  type Proration,
  type ProrationBehavior,
  prorate,
  prorationBehaviors,
  prorationOf,
} from './proration.ts'
export { rateCycle } from './rate-cycle.ts'
export {
  addRatios,
  compareRatios,
  formatRatio,
  type Ratio,
  ratio,
  readRatio,
  shownDecimal,
  sumRatios,
  wholeRatio,
  zeroRatio,
} from './ratio.ts'
export { type Schedule, type ScheduleTerms, scheduleOf } from './schedule.ts'
export type { Scope } from './scope.ts'
export {
  type Adjustments,
  type AppliedAmount,
  type Discount,
  type LineDiscount,
  type LineShare,
  type SettledLine,
  type Settlement,
  settleInvoice,
  type Tax,
} from './settle-invoice.ts'
export {
  isCompatible,
  linesOf,
  type PlannedLine,
  type PlanPriceTerms,
  type SubscriptionTerms,
} from './subscription-lines.ts'
export { type Tier, validateAmount, validateTiers } from './tier.ts'
export { isTimeZone } from './time-zone.ts'
export { type TrialTerms, trialDays, trialEnd } from './trial.ts'
export { type BilledUsage, usageLineCharge } from './usage-charge.ts'
export type { BucketsCharge, UsageExplanation, UsageFacts, UsedAllowance } from './usage-explanation.ts'
export { isAdditive, type MeterFacts, measureOf } from './usage-measure.ts'
export type { UsageAnswer, UsageMeasure, UsagePart, UsageQuestion, UsageSpan } from './usage-question.ts'
export { partsOf, type UsageCut, usageSpans } from './usage-spans.ts'
