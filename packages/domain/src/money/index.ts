/**
 * Exact decimals and quotients, currencies, the one rounding, and shares of an amount (billing rules, section 1).
 */
export { type AllocationTarget, allocate } from './allocation.ts'
export { currencyExponent, parseCurrency } from './currency.ts'
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
  numberDigitsMax,
  numberLengthMax,
  numberPattern,
  parseDecimal,
  parseNumber,
  readDecimal,
  sumDecimals,
  sumOfAmounts,
  zero,
} from './decimal.ts'
export { fromUnits, isWholeUnits, roundedQuotient, roundMoney, roundRatioMoney, toUnits } from './money.ts'
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
