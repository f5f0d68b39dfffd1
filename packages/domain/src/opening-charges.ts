import { type BillingPeriod, isRecurring } from './billing-period.ts'
import type { PricingTerms } from './charge.ts'
import type { Decimal } from './decimal.ts'
import { type Grid, gridIntervalAt, type Period } from './grid.ts'
import { type LineCharge, lineCharge } from './line-charge.ts'
import { earlier, later } from './period.ts'
import type { InvoiceCadence, PriceType } from './price-terms.ts'
import { type ProrationBehavior, prorationOf } from './proration.ts'

/** What of a line's price decides whether and what an opening invoice bills of it. */
export interface OpeningTerms extends PricingTerms {
  readonly type: PriceType
  readonly invoice_cadence: InvoiceCadence
  readonly currency: string
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
}

export interface OpeningLine {
  readonly terms: OpeningTerms
  readonly quantity: Decimal
  readonly start: Date
  readonly end?: Date | null | undefined
}

export interface Opening {
  readonly grid: Grid
  /** The first paid period: of the start, or of the trial's end. */
  readonly period: Period
  /** The subscription's own end. */
  readonly end?: Date | null | undefined
  readonly prorationBehavior: ProrationBehavior
}

export interface OpeningCharge<Line> extends LineCharge {
  readonly line: Line
  /** What the amount pays for; a ONETIME charge is for an instant, its start twice. */
  readonly span: Period
}

/**
 * The lines of the invoice that opens a subscription's first paid period (billing rules, section 5):
 * FIXED ADVANCE ones only, in the order given. No charges: there is no opening invoice.
 * `none`: what is at work as the period begins bills whole, however short the period is and even if the
 * line ends in it; what comes later is first billed with the next period. `create_prorations`: each line
 * that is at work in the period bills its active share, also one that comes later in it.
 * ONETIME bills whole, and never waits for a further period: what starts in a trial bills at its end.
 */
export function openingCharges<Line extends OpeningLine>(
  opening: Opening,
  lines: readonly Line[],
): OpeningCharge<Line>[] {
  return lines.flatMap((line) => {
    const { terms, quantity } = line
    if (terms.type !== 'FIXED' || terms.invoice_cadence !== 'ADVANCE') return []
    if (line.start >= opening.period.end) return []
    const billed = isRecurring(terms.billing_period)
      ? recurring(opening, line, {
          ...opening.grid,
          period: terms.billing_period,
          count: terms.billing_period_count,
        })
      : { span: { start: line.start, end: line.start }, proration: null }
    return billed
      ? [{ line, span: billed.span, ...lineCharge({ terms, quantity, proration: billed.proration }) }]
      : []
  })
}

/** The grid is the line's own: an ad hoc line's period may be longer than the subscription's. */
function recurring({ period, end, prorationBehavior }: Opening, line: OpeningLine, grid: Grid) {
  const start = later(line.start, period.start)
  if (line.end && line.end <= start) return undefined
  const wholeEnd = gridIntervalAt(grid, start).end
  const paidEnd = end ? earlier(wholeEnd, end) : wholeEnd
  if (prorationBehavior === 'none') {
    return start > period.start ? undefined : { span: { start, end: paidEnd }, proration: null }
  }
  const active = { start, end: line.end ? earlier(line.end, paidEnd) : paidEnd }
  return { span: active, proration: prorationOf(grid, active) }
}
