import { Temporal } from 'temporal-polyfill'

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
