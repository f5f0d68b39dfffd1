import { z } from 'zod'

/** An RFC 3339 instant with a zone on the wire, a Date inside; both to the millisecond. */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
