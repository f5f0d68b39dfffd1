import { assert } from '../assert.ts'
import { type Decimal, equalDecimals, formatDecimal } from '../money/decimal.ts'
import type { Period } from '../time/period.ts'
import type { CycleCharge } from './cycle.ts'

/** A final line of usage, with all that was billed for it since. */
export interface BilledUsage {
  /** The invoice's line. */
  readonly id: string
  /** The subscription's line item. */
  readonly lineId: string
  readonly span: Period
  /** Of the line and its late lines, less its credits. */
  readonly amount: Decimal
  /** What credit notes have taken back of that, before discount and tax: at most the amount. */
  readonly noted: Decimal
  readonly quantity: Decimal
  /** Of the last of those; 0: there are none. */
  readonly revision: number
}

/** What late events have changed a final line by: below 0 it is a credit. */
export interface LateCharge<Line> extends CycleCharge<Line> {
  readonly late: { readonly of: string; readonly revision: number }
}

/**
 * What late events have added to final lines of usage, or taken away (billing rules, section 4): each line's rating now
 * less all that was billed for it. What credit notes have taken back already is not credited once more. Those of which
 * nothing has changed are left out, and so is a line that is no longer rated as the span that was billed.
 *
 * @param rated what was billed, once more, with the events that have come by now
 */
export function lateCharges<Line extends { readonly id: string }>(
  rated: readonly CycleCharge<Line>[],
  billed: readonly BilledUsage[],
): LateCharge<Line>[] {
  const chargeOf = new Map(rated.map((charge) => [spanKey(charge.line.id, charge.span), charge]))
  return billed.flatMap(({ id, lineId, span, amount, noted, quantity, revision }) => {
    const charge = chargeOf.get(spanKey(lineId, span))
    if (charge === undefined) return []
    const isNoted = charge.amount.lt(noted)
    const stays = isNoted ? noted : charge.amount
    if (equalDecimals(stays, amount)) return []
    const { explanation } = charge
    assert('usage' in explanation, 'late usage is of a line of usage')
    const late = { of: id, revision: revision + 1 }
    const amounts = {
      rated: formatDecimal(charge.amount),
      billed: formatDecimal(amount),
      ...(isNoted ? { noted: formatDecimal(noted) } : {}),
    }
    return [
      {
        ...charge,
        late,
        quantity: charge.quantity.minus(quantity),
        amount: stays.minus(amount),
        explanation: { ...explanation, late: { ...late, ...amounts } },
      },
    ]
  })
}

function spanKey(lineId: string, { start, end }: Period): string {
  return `${lineId} ${start.getTime()} ${end.getTime()}`
}
