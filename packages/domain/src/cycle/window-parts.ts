import { assert } from '../assert.ts'
import { decimalFromInteger } from '../money/decimal.ts'
import { type Ratio, ratio, subtractRatios, sumRatios } from '../money/ratio.ts'
import { gridIntervalAt } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { splitsByQuantity } from '../usage/usage-measure.ts'
import type { UsageAnswer, UsagePart } from '../usage/usage-question.ts'
import { areSlots, carriedParts, placedParts } from './carried-parts.ts'
import type { AskedParts, AskedValues, MeasuredUsage } from './cycle.ts'
import { hullOf, lengthMs } from './period-runs.ts'

/** Usage of a chain in a slot, of one group, and of one window where usage splits by windows. */
export interface WindowPart
  extends Pick<UsagePart, 'group' | 'quantity' | 'eventCount' | 'notNumeric' | 'oddEventIds' | 'missing'> {
  /** Of the slot, which no edit moves. */
  readonly start: Date
  /** Before what is billed: it only counts against allowances. */
  readonly isBefore: boolean
  /** The window's place; null: it is one value for all of them. */
  readonly window: number | null
}

type Measured = Omit<MeasuredUsage, 'first'>
type Windows = readonly { readonly measured: Period | null }[]

/** The parts that answer a chain's questions, ascending by slot. */
export function windowParts(
  usage: Measured,
  windows: Windows,
  answers: readonly UsageAnswer[],
): readonly WindowPart[] {
  const { asked, measure } = usage
  if (asked.kind === 'parts') return partsOfSlots(usage, asked, answers)
  return valueParts(asked, { windows, isWeighted: measure.aggregation === 'WEIGHTED_SUM' }, answers)
}

/** The value of a meter that is never reset: 0 where none was asked for. */
export function valueAt(asked: AskedValues, at: Date, answers: readonly UsageAnswer[]): Ratio {
  return sumRatios(partsAt(asked, at, answers).map(({ quantity }) => quantity))
}

function partsAt(
  { questions }: AskedValues,
  at: Date,
  answers: readonly UsageAnswer[],
): readonly UsagePart[] {
  const question = questions.get(at.getTime())
  return question === undefined ? [] : answerOf(answers, question)
}

function answerOf(answers: readonly UsageAnswer[], question: number): readonly UsagePart[] {
  const answer = answers[question]
  assert(answer, 'each question has its answer')
  return answer.parts
}

/**
 * A value that runs on is asked for from the subscription's start. A weighted one is the sum over all time up to an
 * instant: a window's is what that has grown since the window began. Taken whole, a value would weigh more in each
 * window the longer it has been there.
 */
function valueParts(
  asked: AskedValues,
  { windows, isWeighted }: { windows: Windows; isWeighted: boolean },
  answers: readonly UsageAnswer[],
): WindowPart[] {
  const measured = windows.map((one) => one.measured)
  const { start, end } = hullOf(measured.flatMap((one) => one ?? []))
  const of = { start, isBefore: false }
  if (!isWeighted) {
    return partsAt(asked, end, answers).map((part) => ({ ...part, ...of, window: null }))
  }
  return measured.flatMap((one, window) => {
    if (one === null) return []
    const before = valueAt(asked, one.start, answers)
    return partsAt(asked, one.end, answers).map((part) => ({
      ...part,
      ...of,
      window,
      quantity: subtractRatios(part.quantity, before),
    }))
  })
}

function partsOfSlots(usage: Measured, asked: AskedParts, answers: readonly UsageAnswer[]): WindowPart[] {
  const { stretches, billedFrom } = asked
  const splits = splitsByQuantity(usage.metering.meter)
  const parts = answerOf(answers, asked.question)
  const sums = asked.sums === null ? null : answerOf(answers, asked.sums)
  const partOf = (part: UsagePart, place: number): WindowPart => {
    const { group, eventCount, notNumeric, oddEventIds, missing, start } = part
    const quantity = rescaled(usage, asked, part)
    const window = splits ? place : null
    const found = { group, eventCount, notNumeric, quantity, start, isBefore: start < billedFrom, window }
    // Nearly all have none of them.
    if (oddEventIds === undefined && missing === undefined) return found
    return { ...found, ...(oddEventIds && { oddEventIds }), ...(missing !== undefined && { missing }) }
  }
  if (sums === null && areSlots(stretches)) return parts.map((part) => partOf(part, 0))
  const found = sums === null ? placedParts(stretches, parts) : carriedParts(asked, { parts, sums })
  return found.map(({ part, place }) => partOf(part, place))
}

/** A weighted sum is a share of its own interval; the question divides all of them by that which is billed. */
function rescaled({ grid }: Measured, { whole }: AskedParts, { start, quantity }: UsagePart): Ratio {
  if (whole === null || start >= whole.start) return quantity
  const { numerator, denominator } = quantity
  const lengthOf = (period: Period) => decimalFromInteger(lengthMs(period))
  return ratio(numerator.times(lengthOf(whole)), denominator.times(lengthOf(gridIntervalAt(grid, start))))
}
