import { type Decimal, formatDecimal, readDecimal, zero } from '../money/decimal.ts'
import type { PlannedCredit } from './change.ts'
import { creditShare } from './credit-time.ts'

/** How a credit came about: stored with its line, answered as it is. Instants are ISO texts, amounts decimal ones. */
export interface CreditExplanation {
  readonly currency: string
  readonly credit: {
    /** The invoice's line that billed the time. */
    readonly of: string
    readonly billed: string
    /** What notes and changes had credited of it before. */
    readonly credited_before: string
    readonly billed_from: string
    readonly billed_until: string
    readonly from: string
    readonly until: string
    /** What of it its change charged anew; the rest came back. */
    readonly netted: string
  }
}

export function creditExplanation(
  { billed, span }: PlannedCredit,
  { netted, currency }: { readonly netted: Decimal; readonly currency: string },
): CreditExplanation {
  return {
    currency,
    credit: {
      of: billed.id,
      billed: formatDecimal(billed.billed),
      credited_before: formatDecimal(billed.credited),
      billed_from: billed.span.start.toISOString(),
      billed_until: billed.span.end.toISOString(),
      from: span.start.toISOString(),
      until: span.end.toISOString(),
      netted: formatDecimal(netted),
    },
  }
}

/** The line's amount again, from its explanation alone: below 0. */
export function recomputeCredit({ currency, credit }: CreditExplanation): Decimal {
  const billed = readDecimal(credit.billed)
  const time = { start: new Date(credit.from), end: new Date(credit.until) }
  const span = { start: new Date(credit.billed_from), end: new Date(credit.billed_until) }
  const share = creditShare(billed, { time, span }, currency)
  const left = billed.minus(readDecimal(credit.credited_before))
  const credited = share.lt(left) ? share : left
  const netted = readDecimal(credit.netted)
  return zero.minus(netted.lt(credited) ? netted : credited)
}
