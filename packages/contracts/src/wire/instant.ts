import { z } from 'zod'

/** Years that calendars and PostgreSQL agree on, in every zone. */
const earliest = Date.parse('1970-01-01T00:00:00Z')
const latest = Date.parse('9999-12-30T00:00:00Z')

const rfc3339 = z.core.regexes.datetime({ offset: true })
const lengthMax = 64

/**
 * The instant that an RFC 3339 text names; undefined for what is none, as a date alone, an hour 24 or a leap
 * second, which no clock of ours knows. Finer than a millisecond is cut off, never rounded: what happened before
 * midnight stays before midnight.
 */
export function parseInstant(text: string): Date | undefined {
  // RFC 3339 allows `t` and `z`, which no other part of it can be.
  const upper = text.length > lengthMax ? '' : text.toUpperCase()
  if (!rfc3339.test(upper)) return undefined
  const date = new Date(upper)
  return date.getTime() >= earliest && date.getTime() <= latest ? date : undefined
}

export const instantRule =
  'must be an RFC 3339 instant with its zone between the years 1970 and 9999, as 2026-03-15T12:00:00Z'

/** An RFC 3339 instant with a zone on the wire, a Date inside; both to the millisecond. */
export const instant = z.codec(z.string().meta({ format: 'date-time' }), z.date(), {
  decode(text, context) {
    const date = parseInstant(text)
    if (date !== undefined) return date
    context.issues.push({ code: 'custom', input: text, message: instantRule })
    return z.NEVER
  },
  encode: (date) => date.toISOString(),
})
