import { assert } from '../assert.ts'
import { formatDecimal } from '../money/decimal.ts'
import { roundRatioMoney } from '../money/money.ts'
import { addRatios, formatRatio, shownDecimal, sumRatiosOf, zeroRatio } from '../money/ratio.ts'
import { instantText } from '../time/instant-text.ts'
import { splitsByQuantity } from '../usage/usage-measure.ts'
import { valueGapsIn } from '../usage/value-gaps.ts'
import { chainShares } from './chain-shares.ts'
import type { ChainWindow, CycleCharge, CycleLine, MeasuredUsage, PlannedUsage } from './cycle.ts'
import { lineAt } from './line-life.ts'
import { roundTogether } from './round-together.ts'
import type { SpentPiece } from './spend-allowances.ts'
import { type UsageCharge, usageCharge } from './usage-charge.ts'
import type { ChainExplanation, UsageFacts } from './usage-explanation.ts'
import type { WindowShares } from './window-shares.ts'

/**
 * What each of a chain's windows in one interval is charged, rounded together; in the order of the windows.
 *
 * @param piecesOf what is billed of a view of the usage
 */
export function chainCharges<Line extends CycleLine>(
  { windows, views }: PlannedUsage,
  lines: readonly Line[],
  piecesOf: (usage: MeasuredUsage, view: number) => readonly SpentPiece[],
): CycleCharge<Line>[] {
  const ofViews = views.map((usage, view) => ({
    usage,
    shares: chainShares(usage, { windows, lines }, piecesOf(usage, view)),
  }))
  const exact = windows.map((window, place) => {
    const line = lineAt(lines, window.place)
    const seen = ofViews[window.view]
    assert(seen, 'a window has its view')
    const own = seen.shares[place] ?? { pieces: [], buckets: [] }
    const facts = factsOf(seen.usage, window, own)
    const sharedBy = splitsByQuantity(seen.usage.metering.meter) ? 'quantity' : 'time'
    return {
      line,
      window,
      own,
      sharedBy,
      ...usageCharge({ terms: line.terms, facts, buckets: own.buckets }),
    } as const
  })
  return exact.length === 1 ? exact.map(alone) : together(exact)
}

interface Exact<Line> extends UsageCharge {
  readonly line: Line
  readonly window: ChainWindow
  readonly own: WindowShares
  readonly sharedBy: ChainExplanation['shared_by']
}

function alone<Line extends CycleLine>({ amount, ...one }: Exact<Line>): CycleCharge<Line> {
  return chargeOf(one, roundRatioMoney(amount, one.line.terms.currency))
}

function together<Line extends CycleLine>(exact: readonly Exact<Line>[]): CycleCharge<Line>[] {
  const currency = exact[0]?.line.terms.currency ?? ''
  const { sum, total, amounts } = roundTogether(
    exact.map(({ line: { id }, amount }) => ({ id, amount })),
    currency,
  )
  return exact.map((one, place) => {
    const { amount, rounded } = amounts[place] ?? { amount: total, rounded: 'down' }
    const chain: ChainExplanation = {
      lines: exact.length,
      shared_by: one.sharedBy,
      quantity: formatRatio(sumRatiosOf(one.own.buckets, 'quantity')),
      exact_amount: formatDecimal(sum),
      amount: formatDecimal(total),
      rounded,
    }
    return chargeOf({ ...one, explanation: { ...one.explanation, chain } }, amount)
  })
}

function chargeOf<Line extends CycleLine>(
  { line, window: { window, measured, cut }, quantity, explanation, warnings }: Omit<Exact<Line>, 'amount'>,
  amount: CycleCharge<Line>['amount'],
): CycleCharge<Line> {
  const shown = { line, span: measured ?? window, quantity: shownDecimal(quantity), amount }
  return { ...shown, explanation, warnings, ...(cut && { cut }) }
}

function factsOf(
  { measure, bucketSize, metering }: MeasuredUsage,
  { window, measured }: ChainWindow,
  { pieces }: WindowShares,
): Omit<UsageFacts, 'billed_quantity'> {
  const { start, end } = measured ?? window
  const { notNumeric, oddEventIds, missing } = valueGapsIn(pieces)
  return {
    window_start: instantText(start),
    window_end: instantText(end),
    aggregation: measure.aggregation,
    bucket_size: bucketSize,
    group_by: bucketSize === null ? null : measure.groupBy,
    quantity: formatRatio(sumRatiosOf(pieces, 'quantity')),
    event_count: pieces.reduce((sum, { eventCount }) => sum + eventCount, 0),
    not_numeric: notNumeric,
    ...(notNumeric > 0 ? { not_numeric_event_ids: oddEventIds } : {}),
    ...(missing > 0 && measure.field !== null ? { field: measure.field, missing } : {}),
    allowances: metering.allowances.map(({ id, limit, reset }, index) => ({
      id,
      limit,
      reset,
      used: formatRatio(
        pieces.reduce((sum, { used }) => addRatios(sum, used[index] ?? zeroRatio), zeroRatio),
      ),
    })),
  }
}
