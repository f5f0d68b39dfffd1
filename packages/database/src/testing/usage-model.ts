import {
  type Decimal,
  decimalFromInteger,
  parseNumber,
  type Ratio,
  ratio,
  sumDecimals,
  wholeRatio,
  zero,
} from '@flexprice/domain/money'
import { oddEventsMax, type UsageAnswer, type UsagePart, type UsageQuestion } from '@flexprice/domain/usage'

/** An event as the model reads it: each property by its JSON, and by its text as PostgreSQL gives it (null: none). */
export interface ModelEvent {
  readonly id: string
  readonly customer: string
  readonly name: string
  readonly ms: number
  readonly properties: Readonly<Record<string, { readonly json: string; readonly text: string | null }>>
}

/** Billing rules, section 4, "Aggregations", once more: event by event, part by part, with none of the SQL. */
export function modelUsage(events: readonly ModelEvent[], question: UsageQuestion): UsageAnswer {
  const { measure } = question
  const own = events.filter(
    (event) =>
      event.customer === question.externalCustomerId &&
      event.name === measure.eventName &&
      measure.filters.every(({ key, values }) => values.includes(textOf(event, key) ?? '\u0000')),
  )
  const joined: (typeof question.spans)[number][][] = []
  for (const span of question.spans) {
    if (span.isJoined) joined.at(-1)?.push(span)
    else joined.push([span])
  }
  return { parts: joined.flatMap((spans) => partsOfSpans(own, question, spans)) }
}

/** Of joined spans as of one, from the first to the last, without the events of the gaps. */
function partsOfSpans(
  events: readonly ModelEvent[],
  question: UsageQuestion,
  spans: UsageQuestion['spans'],
): UsagePart[] {
  const [first, last] = [spans[0], spans.at(-1)]
  if (!first || !last) return []
  const within = events.filter(({ ms }) =>
    spans.some(({ start, end }) => ms >= start.getTime() && ms < end.getTime()),
  )
  return partsOfSpan(within, question, { ...first, end: last.end })
}

function partsOfSpan(
  events: readonly ModelEvent[],
  question: UsageQuestion,
  { start, end, stepMs }: UsageQuestion['spans'][number],
): UsagePart[] {
  const parts: UsagePart[] = []
  const step = stepMs ?? end.getTime() - start.getTime()
  const named = new Map<string | null, number>()
  for (let from = start.getTime(); from < end.getTime(); from += step) {
    const to = Math.min(from + step, end.getTime())
    const within = events.filter(({ ms }) => ms >= from && ms < to)
    const { groupBy } = question.measure
    const groups = Map.groupBy(within, (event) => (groupBy === null ? null : textOf(event, groupBy)))
    const names = [...groups.keys()].sort(byBytes)
    for (const group of names) {
      const period = { start: new Date(from), end: new Date(to) }
      const ofGroup = groups.get(group) ?? []
      const already = named.get(group) ?? 0
      const oddEventIds = oddIdsOf(ofGroup, question).slice(0, oddEventsMax - already)
      named.set(group, already + oddEventIds.length)
      const odd = oddEventIds.length > 0 ? { oddEventIds } : {}
      parts.push({ ...period, group, ...measured(ofGroup, question, { from, to }), ...odd })
    }
  }
  return parts
}

/** In order of time, then of id. */
function oddIdsOf(events: readonly ModelEvent[], { measure }: UsageQuestion): string[] {
  if (!isOfNumbers(measure)) return []
  return events
    .filter((event) => {
      const text = textOf(event, measure.field ?? '')
      return text !== null && parseNumber(text) === undefined
    })
    .toSorted((left, right) => left.ms - right.ms || byBytes(left.id, right.id))
    .map(({ id }) => id)
}

function isOfNumbers({ aggregation }: UsageQuestion['measure']): boolean {
  return aggregation !== 'COUNT' && aggregation !== 'COUNT_UNIQUE'
}

function measured(
  events: readonly ModelEvent[],
  { measure, wholeMs }: UsageQuestion,
  part: { readonly from: number; readonly to: number },
) {
  const field = measure.field ?? ''
  const texts = events.flatMap((event) => textOf(event, field) ?? [])
  const numbers = events.flatMap((event) => {
    const value = parseNumber(textOf(event, field) ?? '')
    return value === undefined ? [] : [{ event, value }]
  })
  return {
    eventCount: events.length,
    notNumeric: isOfNumbers(measure) ? texts.length - numbers.length : 0,
    ...(measure.field !== null && texts.length < events.length && { missing: events.length - texts.length }),
    quantity: quantity(),
  }

  function quantity(): Ratio {
    const values = numbers.map(({ value }) => value)
    switch (measure.aggregation) {
      case 'COUNT':
        return wholeRatio(decimalFromInteger(events.length))
      case 'COUNT_UNIQUE':
        return wholeRatio(decimalFromInteger(new Set(texts.filter((text) => text !== '')).size))
      case 'SUM':
        return wholeRatio(sumDecimals(values))
      case 'SUM_WITH_MULTIPLIER':
        return wholeRatio(sumDecimals(values).times(parseNumber(measure.multiplier ?? '') ?? zero))
      case 'AVG':
        return values.length === 0
          ? wholeRatio(zero)
          : ratio(sumDecimals(values), decimalFromInteger(values.length))
      case 'MAX':
        return wholeRatio(values.reduce<Decimal | undefined>(greater, undefined) ?? zero)
      case 'LATEST':
        return wholeRatio(numbers.toSorted(newerLast).at(-1)?.value ?? zero)
      case 'WEIGHTED_SUM': {
        const weighted = numbers.map(({ event, value }) =>
          value.times(decimalFromInteger(part.to - event.ms)),
        )
        return ratio(sumDecimals(weighted), decimalFromInteger(wholeMs ?? part.to - part.from))
      }
    }
  }
}

function greater(left: Decimal | undefined, right: Decimal): Decimal {
  return left === undefined || right.gt(left) ? right : left
}

function newerLast(left: { event: ModelEvent }, right: { event: ModelEvent }): number {
  return left.event.ms - right.event.ms || byBytes(left.event.id, right.event.id)
}

function textOf({ properties }: ModelEvent, key: string): string | null {
  return Object.hasOwn(properties, key) ? (properties[key]?.text ?? null) : null
}

function byBytes(left: string | null, right: string | null): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null)
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
