import { assert } from '../assert.ts'
import { formatRatio, type Ratio, shownDecimal, sumRatios, zeroRatio } from '../money/ratio.ts'
import { notNumericIn } from '../usage/not-numeric.ts'
import type { UsageAnswer, UsagePart } from '../usage/usage-question.ts'
import { partsOf, usageSpans } from '../usage/usage-spans.ts'
import type { CycleCharge, CycleLine, CyclePlan, PlannedFixed, PlannedUsage } from './cycle.ts'
import { lineCharge } from './line-charge.ts'
import { isRunning } from './plan-usage.ts'
import { type SpentPiece, type SpentUsage, spendAllowances } from './spend-allowances.ts'
import { usageLineCharge } from './usage-charge.ts'
import type { UsageFacts } from './usage-explanation.ts'
import { windowParts } from './window-parts.ts'

/**
 * The charges of a planned cycle: FIXED lines in the lines' order, then USAGE lines in theirs, a line's own by time.
 * Usage of nothing is a charge of 0, which says so.
 *
 * @param answers to the plan's questions, in their order
 */
export function rateCycle<Line extends CycleLine>(
  plan: CyclePlan<Line>,
  answers: readonly UsageAnswer[],
): CycleCharge<Line>[] {
  assert(answers.length === plan.questions.length, 'each question has its answer')
  const needsLedger = plan.usage.some(({ line }) => (line.metering?.allowances.length ?? 0) > 0)
  const spent = needsLedger ? spendAllowances(plan, answers) : () => undefined
  return [
    ...plan.fixed.map(fixedCharge),
    ...plan.usage.map((usage) => {
      const hasAllowance = (usage.line.metering?.allowances.length ?? 0) > 0
      return usageCharge(usage, windowParts(usage, answers), hasAllowance ? spent(usage) : undefined)
    }),
  ]
}

function fixedCharge<Line extends CycleLine>({
  line,
  span,
  proration,
}: PlannedFixed<Line>): CycleCharge<Line> {
  const { terms, quantity } = line
  return { line, span, quantity, ...lineCharge({ terms, quantity, proration }) }
}

function usageCharge<Line extends CycleLine>(
  usage: PlannedUsage<Line>,
  parts: readonly UsagePart[],
  spent: SpentUsage | undefined,
): CycleCharge<Line> {
  const { line, window } = usage
  const { metering } = line
  assert(metering, 'a USAGE line has a meter')
  // Of a value that runs on all of the question is the window's.
  const within = isRunning(metering) ? parts : parts.filter(({ start }) => start >= window.start)
  const raw = sumRatios(within.map(({ quantity }) => quantity))
  const buckets = spent ? bucketsOf(usage, spent.pieces) : within.map(({ quantity }) => quantity)
  const { terms } = line
  const charge = usageLineCharge({ terms, facts: facts(usage, { within, raw, spent }), buckets })
  return { line, span: window, quantity: shownDecimal(sumRatios(buckets)), ...charge }
}

function facts(
  { line, window, measure, bucketSize }: PlannedUsage<CycleLine>,
  { within, raw, spent }: { within: readonly UsagePart[]; raw: Ratio; spent: SpentUsage | undefined },
): Omit<UsageFacts, 'billed_quantity'> {
  const { count: notNumeric, eventIds } = notNumericIn(within)
  return {
    window_start: window.start.toISOString(),
    window_end: window.end.toISOString(),
    aggregation: measure.aggregation,
    bucket_size: bucketSize,
    group_by: bucketSize === null ? null : measure.groupBy,
    quantity: formatRatio(raw),
    event_count: within.reduce((sum, { eventCount }) => sum + eventCount, 0),
    not_numeric: notNumeric,
    ...(notNumeric > 0 ? { not_numeric_event_ids: eventIds } : {}),
    allowances: (line.metering?.allowances ?? []).map(({ id, limit, reset }) => ({
      id,
      limit,
      reset,
      used: formatRatio(spent?.used.get(id) ?? zeroRatio),
    })),
  }
}

/** What is billed of each bucket and group: pieces that an allowance's beginning has divided are put together. */
function bucketsOf(usage: PlannedUsage<CycleLine>, pieces: readonly SpentPiece[]): Ratio[] {
  const { bucketSize, window, grid } = usage
  if (bucketSize === null) return [sumRatios(pieces.map(({ billed }) => billed))]
  const cut = { bucketSize, timeZone: grid.timeZone, monthAnchor: grid.anchor }
  const buckets = partsOf(usageSpans(window, cut))
  const billed: Ratio[] = []
  let bucket = buckets.next()
  let groups = new Map<string | null, Ratio[]>()
  const close = () => {
    for (const ofGroup of groups.values()) billed.push(sumRatios(ofGroup))
    groups = new Map()
  }
  for (const { start, group, billed: quantity } of pieces) {
    while (!bucket.done && start >= bucket.value.end) {
      close()
      bucket = buckets.next()
    }
    groups.set(group, [...(groups.get(group) ?? []), quantity])
  }
  close()
  return billed
}
