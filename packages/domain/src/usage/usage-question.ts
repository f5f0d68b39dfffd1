import type { Ratio } from '../money/ratio.ts'
import type { AggregationType, MeterFilter } from '../price/meter-terms.ts'
import type { Period } from '../time/period.ts'

/** Which events are counted, and how: a meter with what a price narrows of it. No part of it may be empty. */
export interface UsageMeasure {
  readonly eventName: string
  readonly aggregation: AggregationType
  /** The property that is aggregated; null for COUNT alone. */
  readonly field: string | null
  /** Decimal text; for SUM_WITH_MULTIPLIER alone. */
  readonly multiplier: string | null
  /** All must hold. The meter's own, and the price's. */
  readonly filters: readonly MeterFilter[]
  /** The property by whose values each bucket is split; null for none. */
  readonly groupBy: string | null
}

/**
 * A part of a window that is cut alike: calendars are computed here, in TypeScript, so that the store
 * divides integers and nothing else. With `stepMs` it is cut every so many milliseconds from its start
 * (the last part may be shorter); without, it is one part.
 */
export interface UsageSpan extends Period {
  readonly stepMs: number | null
  /** Aggregated as one with the span before it, from which a gap parts it: both are without a step. */
  readonly isJoined?: boolean | undefined
}

/**
 * What the event store is asked for one line, report or preview (billing rules, section 4): one customer's
 * events of one measure in the spans, which ascend, do not overlap and are not empty. A weighted sum has no joined ones.
 */
export interface UsageQuestion {
  /** Null: every customer's of the environment, as if they were one's. For reports alone; an empty id never means that. */
  readonly externalCustomerId: string | null
  readonly measure: UsageMeasure
  readonly spans: readonly UsageSpan[]
  /** For WEIGHTED_SUM: the milliseconds of the whole grid interval; null where each part is its own whole (buckets). */
  readonly wholeMs: number | null
}

/** The usage of one part, and of one group within it. */
export interface UsagePart extends Period {
  /** The value of `groupBy`; null where there is none, or the event has no such property. */
  readonly group: string | null
  readonly quantity: Ratio
  readonly eventCount: number
  /** The values by which the answers are split, in the order of `splitBy`; null for one that an event has not. */
  readonly split?: UsageSplit
  /** Events whose property is there but no number, in an aggregation of numbers: they count as absent. */
  readonly notNumeric: number
  /** Ids of them, by instant and id: of each span and group the first `oddEventsMax`; left out where there are none. */
  readonly oddEventIds?: readonly string[]
  /** Events that have not the property that is aggregated; left out where there are none, and of COUNT. */
  readonly missing?: number
}

/** So many events whose value is no number are named, by a warning too. */
export const oddEventsMax = 5

/** Ascending by start, then group. A part without any event is left out: nothing to aggregate is 0. */
export interface UsageAnswer {
  readonly parts: readonly UsagePart[]
}

/** What a report sees of the events of all of its questions alike, and by what it tells their usage apart. */
export interface UsageSlice {
  /** Events of one of these sources; null: of any, or none. */
  readonly sources: readonly string[] | null
  readonly splitBy: readonly SplitKey[]
  /** Events of these groups of the split alone, as the store names them; left out: of all. */
  readonly groups?: readonly string[]
}

export type SplitKey =
  | { readonly kind: 'source' }
  | { readonly kind: 'customer' }
  | { readonly kind: 'property'; readonly name: string }

/** One of the groups that a slice is split into: the values that its events have, in the order of `splitBy`; null for none. */
export type UsageSplit = readonly (string | null)[]

export const allUsage: UsageSlice = { sources: null, splitBy: [] }
