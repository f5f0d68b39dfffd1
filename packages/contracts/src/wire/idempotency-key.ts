import { z } from 'zod'

/** As a header can carry it: without spaces around it, which HTTP takes off. */
const printableAscii = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/

/** The one form of a key under which a request stands, in the header and in an item of a list. */
export const idempotencyKey = z
  .string()
  .regex(printableAscii, 'must be 1 to 255 printable ASCII characters, without spaces around them')
