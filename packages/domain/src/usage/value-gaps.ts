import type { ChargeWarning } from '../price/charge.ts'
import { oddEventsMax, type UsagePart } from './usage-question.ts'

/** Events of some usage that have no value to aggregate. */
export interface ValueGaps {
  /** Whose value is no number: how many, and the first of them. */
  readonly notNumeric: number
  readonly oddEventIds: readonly string[]
  /** That have not the property at all. */
  readonly missing: number
}

const noGaps: ValueGaps = { notNumeric: 0, oddEventIds: [], missing: 0 }

type Told = Pick<UsagePart, 'notNumeric' | 'oddEventIds' | 'missing'>

/** @param parts in order of time, as an answer has them */
export function valueGapsIn(parts: readonly Told[]): ValueGaps {
  let [notNumeric, missing] = [0, 0]
  for (const part of parts) {
    notNumeric += part.notNumeric
    missing += part.missing ?? 0
  }
  if (notNumeric + missing === 0) return noGaps
  const oddEventIds = parts.flatMap(({ oddEventIds = [] }) => oddEventIds).slice(0, oddEventsMax)
  return { notNumeric, oddEventIds, missing }
}

/**
 * What is said of them wherever somebody looks; nothing where there are none. That some events have not the property is
 * as it may be; that none has it is a meter whose field nobody sends, as one that is mistyped.
 *
 * @param field the property that is aggregated; null where events are counted
 */
export function valueWarnings(
  { notNumeric, oddEventIds, missing }: ValueGaps,
  { eventCount, field }: { readonly eventCount: number; readonly field: string | null },
): readonly ChargeWarning[] {
  if (notNumeric + missing === 0) return noWarnings
  return [
    ...(notNumeric > 0
      ? [
          {
            code: 'not_numeric' as const,
            message: `${eventsWord(notNumeric)} without a number for a value: counted as absent.`,
            count: notNumeric,
            event_ids: oddEventIds,
          },
        ]
      : []),
    ...(field !== null && missing > 0 && missing === eventCount
      ? [
          {
            code: 'property_missing' as const,
            message: `${eventsWord(missing)}, none of them with the property ${JSON.stringify(field)}: counted as absent.`,
            count: missing,
          },
        ]
      : []),
  ]
}

const noWarnings: readonly ChargeWarning[] = []

function eventsWord(count: number): string {
  return count === 1 ? '1 event' : `${count} events`
}
