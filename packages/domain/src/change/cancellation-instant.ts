import type { FieldProblem } from '../errors.ts'
import { earlier, later, type Period } from '../time/period.ts'

/** When a subscription is asked to end. */
export type CancellationTime =
  | { readonly type: 'immediate' }
  | { readonly type: 'end_of_period' }
  | { readonly type: 'scheduled_date'; readonly date: Date }

export interface EndingSubscription {
  readonly start: Date
  /** The current one, even when it has passed and is not billed yet. */
  readonly period: Period
  /** Of its own; null: none. */
  readonly end: Date | null
  /** When its last change was made; null: none was. */
  readonly lastChangeAt: Date | null
}

const yearsAheadMax = 10

/**
 * The instant at which a cancellation ends a subscription (billing rules, section 8): also one that has passed, inside
 * the current period, and behind its last change. One that has not begun ends as it would begin.
 */
export function cancellationInstant(
  { start, period, end, lastChangeAt }: EndingSubscription,
  time: CancellationTime,
  now: Date,
): { readonly at: Date } | { readonly problem: FieldProblem } {
  if (time.type === 'immediate') return { at: later(start, end ? earlier(now, end) : now) }
  if (time.type === 'end_of_period') return { at: period.end }
  const { date } = time
  const refuse = (message: string) => ({ problem: { path: 'cancel_at', message } })
  const after = lastChangeAt ? later(period.start, lastChangeAt) : period.start
  if (date <= period.start) {
    return refuse(`must be after ${period.start.toISOString()}, when the current period began`)
  }
  if (date < after) return refuse(`must not be before ${after.toISOString()}, when it was changed last`)
  if (end && date > end) return refuse(`must not be after ${end.toISOString()}, when it ends`)
  const farthest = new Date(now)
  farthest.setUTCFullYear(now.getUTCFullYear() + yearsAheadMax)
  if (date >= farthest) return refuse(`must be less than ${yearsAheadMax} years ahead`)
  return { at: date }
}
