import type { ChargeWarning } from '../price/charge.ts'
import { oddEventsMax, type UsagePart } from './usage-question.ts'

/** Events whose value is no number, in some parts of usage: how many, and the first of them. */
export interface NotNumeric {
  readonly count: number
  readonly eventIds: readonly string[]
}

/** @param parts in order of time, as an answer has them */
export function notNumericIn(parts: readonly Pick<UsagePart, 'notNumeric' | 'oddEventIds'>[]): NotNumeric {
  return {
    count: parts.reduce((sum, { notNumeric }) => sum + notNumeric, 0),
    eventIds: parts.flatMap(({ oddEventIds = [] }) => oddEventIds).slice(0, oddEventsMax),
  }
}

/** What is said of them wherever somebody looks; nothing where there are none. */
export function notNumericWarnings({ count, eventIds }: NotNumeric): ChargeWarning[] {
  if (count === 0) return []
  const events = count === 1 ? '1 event' : `${count} events`
  const message = `${events} without a number for a value: counted as absent.`
  return [{ code: 'not_numeric', message, count, event_ids: eventIds }]
}
