import { assert } from '@flexprice/domain'
import type { AggregationType } from '@flexprice/domain/price'
import type { UsageMeasure, UsageQuestion, UsageSpan } from '@flexprice/domain/usage'

/** What a pass accumulates beside the number of events. */
export type Accumulator = 'sum' | 'greatest' | 'latest' | 'weighted' | 'distinct'

/**
 * What is computed over the events of one customer in one pass, for all questions that differ in their
 * aggregation alone: a count and a sum of the same events read them once.
 */
export interface UsageScan {
  /** Null: every customer's. */
  readonly externalCustomerId: string | null
  readonly measure: UsageMeasure
  readonly spans: readonly UsageSpan[]
  /** Equal, within one plan, for equal spans, and for equal measures but for their aggregation. */
  readonly frame: number
  readonly pattern: number
  readonly wants: Set<Accumulator>
}

export interface PlannedScans {
  readonly scans: readonly UsageScan[]
  /** The scan that answers each question, by the questions' order. */
  readonly ofQuestion: readonly UsageScan[]
}

/** The questions as passes over events, in the order in which they first need them. */
export function planScans(questions: readonly UsageQuestion[]): PlannedScans {
  const byKey = new Map<string, UsageScan>()
  const [frameOf, patternOf] = [createNumbering(frameText), createNumbering(patternText)]
  const ofQuestion = questions.map((question) => {
    const [frame, pattern] = [frameOf(question.spans), patternOf(question.measure)]
    const key = `${frame} ${pattern} ${customerKey(question.externalCustomerId)}`
    let scan = byKey.get(key)
    if (!scan) {
      assertAskable(question)
      const { externalCustomerId, measure, spans } = question
      scan = { externalCustomerId, measure, spans, frame, pattern, wants: new Set() }
      byKey.set(key, scan)
    }
    const accumulator = accumulatorOf[question.measure.aggregation]
    if (accumulator) scan.wants.add(accumulator)
    return scan
  })
  return { scans: [...byKey.values()], ofQuestion }
}

/** Apart from any customer's, whatever its id is. */
export function customerKey(externalCustomerId: string | null): string {
  return externalCustomerId === null ? 'every' : `of ${externalCustomerId}`
}

const accumulatorOf = {
  COUNT: null,
  SUM: 'sum',
  AVG: 'sum',
  SUM_WITH_MULTIPLIER: 'sum',
  MAX: 'greatest',
  LATEST: 'latest',
  WEIGHTED_SUM: 'weighted',
  COUNT_UNIQUE: 'distinct',
} as const satisfies Record<AggregationType, Accumulator | null>

/** Equal numbers for equal texts. Customers that are asked alike share the object, whose text is then made once. */
function createNumbering<Value extends object>(textOf: (value: Value) => string): (value: Value) => number {
  const ofObjects = new Map<Value, number>()
  const ofTexts = new Map<string, number>()
  return (value) => {
    const known = ofObjects.get(value)
    if (known !== undefined) return known
    const text = textOf(value)
    const number = ofTexts.get(text) ?? ofTexts.size
    ofTexts.set(text, number)
    ofObjects.set(value, number)
    return number
  }
}

function frameText(spans: readonly UsageSpan[]): string {
  return JSON.stringify(
    spans.map(({ start, end, stepMs, isJoined }) => [
      start.getTime(),
      end.getTime(),
      isJoined ? 'joined' : stepMs,
    ]),
  )
}

function patternText({ eventName, field, filters, groupBy }: UsageMeasure): string {
  return JSON.stringify([eventName, field, filters.map(({ key, values }) => [key, values]), groupBy])
}

/** An empty name or list never means "all" (billing rules, section 4). */
function assertAskable({ externalCustomerId, measure, spans }: UsageQuestion): void {
  assert(externalCustomerId !== '', 'usage is asked for one customer, or by name for every one')
  assert(measure.eventName !== '', 'usage is asked for one event name')
  assert(
    (measure.field === null) === (measure.aggregation === 'COUNT'),
    'every aggregation but COUNT has a field',
  )
  for (const { key, values } of measure.filters) {
    assert(key !== '' && values.length > 0, 'a filter has a key and values')
  }
  for (const [index, { start, end, stepMs, isJoined }] of spans.entries()) {
    const before = spans[index - 1]
    assert(start < end && (stepMs === null || stepMs > 0), 'a span and its parts are not empty')
    assert(before === undefined || before.end <= start, 'spans ascend and do not overlap')
    if (!isJoined) continue
    assert(stepMs === null && before?.stepMs === null, 'what is joined has no step')
    assert(measure.aggregation !== 'WEIGHTED_SUM', 'a weighted value ends with its own span')
  }
}
