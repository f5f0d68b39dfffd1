import { assert } from '../assert.ts'
import { currencyExponent } from '../money/currency.ts'
import type { Decimal } from '../money/decimal.ts'
import { fromUnits, roundMoney, toUnits } from '../money/money.ts'
import {
  compareRatios,
  type Ratio,
  roundRatio,
  subtractRatios,
  sumRatios,
  wholeRatio,
} from '../money/ratio.ts'

export interface ExactAmount {
  readonly id: string
  /** At least 0. */
  readonly amount: Ratio
}

export interface RoundedAmount {
  readonly id: string
  readonly amount: Decimal
  readonly rounded: 'down' | 'up'
}

/**
 * Rounds amounts as one (billing rules, section 5): their sum is rounded once, each is cut to whole units, and what is
 * missing goes by largest remainder, ties to the smaller id, of one id to the first. In the order given.
 */
export function roundTogether(
  exact: readonly ExactAmount[],
  currency: string,
): { readonly sum: Decimal; readonly total: Decimal; readonly amounts: readonly RoundedAmount[] } {
  const sum = roundRatio(sumRatios(exact.map(({ amount }) => amount)), exactDigits)
  const total = roundMoney(sum, currency)
  const cut = exact.map(({ id, amount }) => {
    const units = cutToUnit(amount, currency)
    return { id, units, remainder: subtractRatios(amount, wholeRatio(units)) }
  })
  let missing = toUnits(total, currency) - cut.reduce((sum, { units }) => sum + toUnits(units, currency), 0n)
  assert(missing >= 0n && missing <= cut.length, 'amounts miss at most a unit each')
  // Not by their ids: a line that a pause has parted is there twice.
  const up = new Set<object>()
  for (const one of cut.toSorted(byRemainder)) {
    if (missing-- > 0n) up.add(one)
  }
  const amounts = cut.map((one): RoundedAmount => {
    const { id, units } = one
    const rounded = up.has(one) ? 'up' : 'down'
    return { id, amount: roundedTo(units, rounded, currency), rounded }
  })
  return { sum, total, amounts }
}

/** One amount of those, from its exact one alone. */
export function roundedAs(amount: Ratio, rounded: RoundedAmount['rounded'], currency: string): Decimal {
  return roundedTo(cutToUnit(amount, currency), rounded, currency)
}

/**
 * More than any tie has: where very many amounts were cut at still more digits, a sum that is a tie comes out as one.
 */
const exactDigits = 40

function cutToUnit(amount: Ratio, currency: string): Decimal {
  return roundRatio(amount, currencyExponent(currency), 'towards_zero')
}

function roundedTo(units: Decimal, rounded: RoundedAmount['rounded'], currency: string): Decimal {
  return rounded === 'up' ? units.plus(fromUnits(1n, currency)) : units
}

function byRemainder(
  left: { id: string; remainder: Ratio },
  right: { id: string; remainder: Ratio },
): number {
  const byAmount = compareRatios(right.remainder, left.remainder)
  if (byAmount !== 0 || left.id === right.id) return byAmount
  return left.id < right.id ? -1 : 1
}
