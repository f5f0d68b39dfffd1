import { assert } from '../assert.ts'
import { allocate } from '../money/allocation.ts'
import { type Decimal, isNegative, isPositive, zero } from '../money/decimal.ts'

/** What a note takes back of a line: `amount` is before discount and tax, the other two are its shares of them. */
export interface NoteShare {
  readonly amount: Decimal
  readonly discount: Decimal
  readonly tax: Decimal
}

/**
 * A note's share of its line's discount and tax (billing rules, section 12): of what earlier notes have left of them, by
 * largest remainder between this note and what it leaves of the line. So notes over the whole line take exactly the
 * whole of its discount and tax, however they cut it, and none takes more discount than it has amount.
 *
 * @param left what no note has taken back as yet of the line
 * @param amount more than 0 and at most what is left, in whole units
 */
export function noteShare(left: NoteShare, amount: Decimal, currency: string): NoteShare {
  const rest = left.amount.minus(amount)
  assert(isPositive(amount) && !isNegative(rest), 'a note is of what is left of its line')
  const discount = shareOf(left.discount, { note: amount, rest }, currency)
  const restDiscounted = rest.minus(left.discount.minus(discount))
  const tax = shareOf(left.tax, { note: amount.minus(discount), rest: restDiscounted }, currency)
  return { amount, discount, tax }
}

/** What the customer gets for it. */
export function netOf({ amount, discount, tax }: NoteShare): Decimal {
  return amount.minus(discount).plus(tax)
}

export function takeShare(from: NoteShare, share: NoteShare): NoteShare {
  return {
    amount: from.amount.minus(share.amount),
    discount: from.discount.minus(share.discount),
    tax: from.tax.minus(share.tax),
  }
}

function shareOf(whole: Decimal, { note, rest }: { note: Decimal; rest: Decimal }, currency: string) {
  const [first] = allocate(
    whole,
    [
      { id: 'note', weight: note },
      { id: 'rest', weight: rest },
    ],
    currency,
  )
  return first?.share ?? zero
}
