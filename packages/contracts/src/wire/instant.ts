import { z } from 'zod'

/** Years that calendars and PostgreSQL agree on, in every zone. */
const earliest = Date.parse('1970-01-01T00:00:00Z')
const latest = Date.parse('9999-12-30T00:00:00Z')

/** An RFC 3339 instant with a zone on the wire, a Date inside; both to the millisecond. */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode(text, context) {
    const date = new Date(text)
    if (date.getTime() >= earliest && date.getTime() <= latest) return date
    context.issues.push({ code: 'custom', input: text, message: 'must lie between the years 1970 and 9999' })
    return z.NEVER
  },
  encode: (date) => date.toISOString(),
})
