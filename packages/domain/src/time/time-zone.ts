import { Temporal } from 'temporal-polyfill'
import type { Period } from './period.ts'

/** True for a zone of the IANA database, in any case. Offsets (`+05:30`) are refused: they know no daylight saving. */
export function isTimeZone(zone: string): boolean {
  if (!/^[a-z]/i.test(zone)) return false
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}

/** The instant on the clock and calendar of a zone. Throws for a zone that `isTimeZone` refuses. */
export function toLocal(instant: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone)
}

export function toInstant(local: Temporal.ZonedDateTime): Date {
  return new Date(local.epochMilliseconds)
}

/** A part of a window in which the zone's clock is not changed: local time is UTC and so many milliseconds. */
export interface ClockStretch extends Period {
  readonly offsetMs: number
}

/** The window in its stretches of constant offset, ascending: mostly one, at most one more than clock changes. */
export function* clockStretches({ start, end }: Period, timeZone: string): Generator<ClockStretch> {
  let local = toLocal(start, timeZone)
  for (let from = start; from < end; ) {
    const change = local.getTimeZoneTransition('next')
    const changesAt = change === null ? end : toInstant(change)
    const to = changesAt < end ? changesAt : end
    yield { start: from, end: to, offsetMs: local.offsetNanoseconds / 1_000_000 }
    if (change === null || to >= end) return
    local = change
    from = to
  }
}

/** Local midnight of the instant's day or of one so many days later; where there is none, the day's first instant. */
export function startOfDay(instant: Date, timeZone: string, days: number): Date {
  return toInstant(toLocal(instant, timeZone).toPlainDate().add({ days }).toZonedDateTime(timeZone))
}
