import { hullOf } from '../cycle/period-runs.ts'
import { decimalFromInteger, zero } from '../money/decimal.ts'
import { type Ratio, ratio, wholeRatio } from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import type {
  UsageAnswer,
  UsageMeasure,
  UsagePart,
  UsageQuestion,
  UsageSpan,
} from '../usage/usage-question.ts'
import { partsOf } from '../usage/usage-spans.ts'
import { dec } from './price-arbitrary.ts'

/** An event of the one customer and name that a domain test has. */
export interface TestEvent {
  readonly at: Date
  /** Decimal text. */
  readonly value: string
  readonly group?: string | null | undefined
  readonly properties?: Readonly<Record<string, string>> | undefined
}

/** What the event store would answer, computed plainly. */
export function answerQuestions(
  questions: readonly UsageQuestion[],
  events: readonly TestEvent[],
): UsageAnswer[] {
  const sorted = [...events].sort((left, right) => left.at.getTime() - right.at.getTime())
  return questions.map(({ measure, spans, wholeMs }) => {
    const parts: UsagePart[] = []
    let next = 0
    for (const joined of joinedParts(spans)) {
      const events: TestEvent[] = []
      for (const part of joined) {
        while (sorted[next] && (sorted[next]?.at ?? part.start) < part.start) next++
        const from = next
        while (sorted[next] && (sorted[next]?.at ?? part.end) < part.end) next++
        events.push(...sorted.slice(from, next))
      }
      if (events.length > 0) parts.push(...partsIn(hullOf(joined), measure, { events, wholeMs }))
    }
    return { parts }
  })
}

/** The parts of spans; those of joined ones are one. */
function joinedParts(spans: readonly UsageSpan[]): Period[][] {
  const parts: Period[][] = []
  for (const span of spans) {
    if (span.isJoined) parts.at(-1)?.push(span)
    else parts.push(...[...partsOf([span])].map((part) => [part]))
  }
  return parts
}

function partsIn(
  part: Period,
  measure: UsageMeasure,
  { events, wholeMs }: { events: readonly TestEvent[]; wholeMs: number | null },
): UsagePart[] {
  const within = events.filter((event) =>
    measure.filters.every(({ key, values }) => values.includes(event.properties?.[key] ?? '')),
  )
  const groups = Map.groupBy(within, (event) => (measure.groupBy === null ? null : (event.group ?? null)))
  return [...groups]
    .sort(([left], [right]) => ((left ?? '') < (right ?? '') ? -1 : 1))
    .map(([group, ofGroup]) => ({
      ...part,
      group,
      quantity: aggregate(ofGroup, measure, { part, wholeMs }),
      eventCount: ofGroup.length,
      notNumeric: 0,
    }))
}

function aggregate(
  events: readonly TestEvent[],
  { aggregation, multiplier }: UsageMeasure,
  { part, wholeMs }: { part: Period; wholeMs: number | null },
): Ratio {
  const values = events.map(({ value }) => dec(value))
  const sum = values.reduce((all, value) => all.plus(value), zero)
  const count = decimalFromInteger(events.length)
  switch (aggregation) {
    case 'COUNT':
      return wholeRatio(count)
    case 'SUM':
      return wholeRatio(sum)
    case 'SUM_WITH_MULTIPLIER':
      return wholeRatio(sum.times(dec(multiplier ?? '1')))
    case 'AVG':
      return ratio(sum, count)
    case 'COUNT_UNIQUE':
      return wholeRatio(decimalFromInteger(new Set(events.map(({ value }) => value)).size))
    case 'LATEST':
      return wholeRatio(values.at(-1) ?? zero)
    case 'MAX':
      return wholeRatio(values.reduce((most, value) => (value.gt(most) ? value : most)))
    case 'WEIGHTED_SUM': {
      const end = part.end.getTime()
      const weighted = events.map(({ at, value }) => dec(value).times(decimalFromInteger(end - at.getTime())))
      const whole = wholeMs ?? end - part.start.getTime()
      return ratio(
        weighted.reduce((all, one) => all.plus(one), zero),
        decimalFromInteger(whole),
      )
    }
  }
}
