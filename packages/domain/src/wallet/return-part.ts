import { assert } from '../assert.ts'
import { type Decimal, divideRounded, isPositive, sumDecimals, zero } from '../money/decimal.ts'
import { creditsInBurnOrder } from './burn-order.ts'
import { creditDigits } from './conversion.ts'
import type { SpentCredit } from './return-credits.ts'

/** What a debit paid, and what of it has come back. */
export interface SpentDebit {
  /** In money, whole units: what it paid, and what of that was given back. */
  readonly amount: Decimal
  readonly returned: Decimal
  readonly used: readonly UsedByDebit[]
}

export interface UsedByDebit extends SpentCredit {
  /** Of what it took, `credits` has not come back. */
  readonly taken: Decimal
  readonly priority: number | null
}

/**
 * The credits that so much of a debit's money gives back (billing rules, section 6): their share of what it took, so
 * that all of its money, in however many parts, gives back exactly all of its credits. What was spent last comes back
 * first, as if so much less had been spent.
 */
export function returnPart({ amount, returned, used }: SpentDebit, money: Decimal): SpentCredit[] {
  const back = returned.plus(money)
  assert(isPositive(money) && back.lte(amount), 'a debit gives back at most what it paid')
  const taken = sumDecimals(used.map((one) => one.taken))
  const left = sumDecimals(used.map(({ credits }) => credits))
  const share = divideRounded(taken.times(back), amount, creditDigits, 'towards_zero')
  let rest = back.eq(amount) ? left : share.minus(taken.minus(left))
  assert(isPositive(rest), 'a unit of money is worth a part of a credit')
  const burned = creditsInBurnOrder(used.map((one) => ({ ...one, id: one.creditId })))
  return burned.toReversed().flatMap((one) => {
    const { id: _, ...used } = one
    const credits = used.credits.lt(rest) ? used.credits : rest
    rest = rest.minus(credits)
    return credits.gt(zero) ? [{ ...used, credits }] : []
  })
}
