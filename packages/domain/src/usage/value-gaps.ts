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

type Told = Pick<UsagePart, 'notNumeric' | 'oddEventIds' | 'missing'>

/** @param parts in order of time, as an answer has them */
export function valueGapsIn(parts: readonly Told[]): ValueGaps {
  return {
    notNumeric: parts.reduce((sum, { notNumeric }) => sum + notNumeric, 0),
    oddEventIds: parts.flatMap(({ oddEventIds = [] }) => oddEventIds).slice(0, oddEventsMax),
    missing: parts.reduce((sum, { missing = 0 }) => sum + missing, 0),
  }
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
): ChargeWarning[] {
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

function eventsWord(count: number): string {
  return count === 1 ? '1 event' : `${count} events`
}
