import { assert } from '../assert.ts'
import { currencyExponent } from './currency.ts'
import { type Decimal, decimalFromUnits, divideRounded, isRounded } from './decimal.ts'
import { isWholeRatio, type Ratio } from './ratio.ts'

/**
 * An amount in whole minor units: half away from zero, to the ISO 4217 exponent of the currency
 * (billing rules, section 1). Throws for an unknown currency.
 */
export function roundMoney(amount: Decimal, currency: string): Decimal {
  return amount.round(currencyExponent(currency))
}

/**
 * The exact quotient, rounded once as money. Multiply first and divide here: 9.99 × 25 ÷ 30 is 8.325
 * and rounds to 8.33, while a quotient cut at any fixed precision gives 8.32.
 */
export function roundedQuotient(numerator: Decimal, denominator: Decimal, currency: string): Decimal {
  return divideRounded(numerator, denominator, currencyExponent(currency))
}

/** The one rounding of an amount that was kept as a quotient. */
export function roundRatioMoney(amount: Ratio, currency: string): Decimal {
  return isWholeRatio(amount)
    ? roundMoney(amount.numerator, currency)
    : roundedQuotient(amount.numerator, amount.denominator, currency)
}

/** False for an amount with a part of a minor unit: nobody can pay that. */
export function isWholeUnits(amount: Decimal, currency: string): boolean {
  return isRounded(amount, currencyExponent(currency))
}

/** How many minor units the amount has: 8.33 USD is 833n. Throws for a part of a unit. */
export function toUnits(amount: Decimal, currency: string): bigint {
  assert(isWholeUnits(amount, currency), () => `an amount is in whole units of ${currency}`)
  return BigInt(amount.unitsAt(currencyExponent(currency)))
}

/** The amount that has that many minor units: 833n is 8.33 USD. */
export function fromUnits(units: bigint, currency: string): Decimal {
  return decimalFromUnits(units, currencyExponent(currency))
}
