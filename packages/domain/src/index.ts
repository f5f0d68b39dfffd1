/**
 * The rules of money and time, as pure functions over plain values. Nothing here does I/O, reads a
 * clock or draws a random number: instants and ids are arguments. Depends on no other package of ours.
 */
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
export { currencyExponent, parseCurrency } from './currency.ts'
export {
  compareDecimals,
  type Decimal,
  equalDecimals,
  formatDecimal,
  fractionDigitsMax,
  integerDigitsMax,
  isNegative,
  isPositive,
  parseDecimal,
} from './decimal.ts'
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
export { type Grid, gridIntervalAt, gridPoint, nextBoundary, type Period } from './grid.ts'
export { validateLineTerms } from './line-terms.ts'
export { type Lifetime, periodAt } from './period.ts'
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
export type { Scope } from './scope.ts'
export { type Tier, validateAmount, validateTiers } from './tier.ts'
export { isTimeZone } from './time-zone.ts'
