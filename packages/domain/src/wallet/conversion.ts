import { currencyExponent } from '../money/currency.ts'
import {
  type Decimal,
  decimalFromInteger,
  divideRounded,
  formatDecimal,
  isPositive,
} from '../money/decimal.ts'
import { roundMoney } from '../money/money.ts'

/** Credits are counted to so many digits after the point (billing rules, section 11). */
export const creditDigits = 8

/** The money that credits can pay: cut to the unit, as a part of one cannot be paid. */
export function moneyOfCredits(credits: Decimal, rate: Decimal, currency: string): Decimal {
  const unit = decimalFromInteger(1)
  return divideRounded(credits.times(rate), unit, currencyExponent(currency), 'towards_zero')
}

/** The credits that so much money takes: rounded up, never more than there are. */
export function creditsForMoney(money: Decimal, rate: Decimal, available: Decimal): Decimal {
  const credits = divideRounded(money, rate, creditDigits, 'away_from_zero')
  return credits.lt(available) ? credits : available
}

/** What credits cost as they are bought: rounded to the currency (billing rules, section 6). */
export function costOfCredits(credits: Decimal, topUpRate: Decimal, currency: string): Decimal {
  return roundMoney(credits.times(topUpRate), currency)
}

/** The credits that an amount buys: cut, so that nobody gets more than was paid for. */
export function creditsBought(amount: Decimal, topUpRate: Decimal): Decimal {
  return divideRounded(amount, topUpRate, creditDigits, 'towards_zero')
}

/**
 * What is wrong with the money that a credit is worth; undefined if nothing is. The smallest part of a credit must not
 * be worth more than a unit: rounding up would else take more than a unit for nothing.
 */
export function conversionRateProblem(rate: Decimal, currency: string): string | undefined {
  if (!isPositive(rate)) return 'must be more than 0'
  const max = decimalFromInteger(10n ** BigInt(creditDigits - currencyExponent(currency)))
  return rate.gt(max) ? `must be at most ${formatDecimal(max)} in ${currency}` : undefined
}
