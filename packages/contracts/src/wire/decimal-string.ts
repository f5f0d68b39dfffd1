import { z } from 'zod'
import { readSentDecimal, sentDecimal } from './exact-number.ts'

/**
 * Money or a quantity of a request, sent as a text or as a JSON number in whatever notation, and from there on decimal
 * text in the domain's normal form: `010.50` and `1.05e1` are `10.5`. Its sign is the business of whoever reads it.
 */
export const decimalString = z
  .codec(sentDecimal('string'), z.string(), { decode: readSentDecimal, encode: (text) => text })
  .meta({ type: 'string' })
