import { toLocal } from './time-zone.ts'

/** An environment as a move of its test clock finds it. */
export interface ClockFacts {
  readonly type: 'production' | 'development'
  /** Null while the environment goes by the time of day. */
  readonly clockAt: Date | null
  readonly timeOfDay: Date
  /** Whether it has no record as yet. */
  readonly isEmpty: boolean
}

export const clockMoveYearsMax = 10

/**
 * Why an environment's test clock cannot be moved to an instant; undefined where it can. To where it stands is no
 * move and no mistake, so that one that was cut short can be asked for again (billing rules, section 9).
 */
export function clockMoveProblem(
  to: Date,
  { type, clockAt, timeOfDay, isEmpty }: ClockFacts,
): string | undefined {
  if (type === 'production') return 'cannot be set: a production environment goes by the time of day'
  if (clockAt !== null && to < clockAt)
    return `must not be before the clock, which stands at ${clockAt.toISOString()}`
  if (clockAt === null && to < timeOfDay && !isEmpty) {
    return 'must not be in the past: the environment has records, which were made by the time of day'
  }
  const from = clockMoveStart(to, { clockAt, timeOfDay })
  const latest = toLocal(from, 'UTC').add({ years: clockMoveYearsMax }).epochMilliseconds
  if (to.getTime() <= latest) return undefined
  return `must be at most ${clockMoveYearsMax} years after ${from.toISOString()}, where the clock stands`
}

/** Where a clock begins that is set for the first time: at once in the past, else where the time of day is. */
export function clockMoveStart(
  to: Date,
  { clockAt, timeOfDay }: Pick<ClockFacts, 'clockAt' | 'timeOfDay'>,
): Date {
  return clockAt ?? (to < timeOfDay ? to : timeOfDay)
}
