import type { Decimal } from '../money/decimal.ts'
import type { PlannedCredit } from './change.ts'

/** A credit, parted by where it goes: after discounts and tax, in whole units. */
export interface NettedCredit<Credit extends PlannedCredit = PlannedCredit> {
  readonly credit: Credit
  /** What the change charges anew: a credit line of its invoice. */
  readonly netted: Decimal
  /** What goes back, as billing rules, section 6, say. */
  readonly left: Decimal
}

/** A change's charges are taken off its credits, in the order given: only what is left of these goes back. */
export function netCredits<Credit extends PlannedCredit>(
  credits: readonly Credit[],
  charged: Decimal,
): NettedCredit<Credit>[] {
  let toPay = charged
  return credits.map((credit) => {
    const netted = toPay.lt(credit.amount) ? toPay : credit.amount
    toPay = toPay.minus(netted)
    return { credit, netted, left: credit.amount.minus(netted) }
  })
}
