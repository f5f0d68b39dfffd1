import { z } from 'zod'

/** A whole number in a query string, where everything is text: digits only, so neither `1e3` nor `0x10`. */
export function queryInteger(min: number, max: number) {
  return z
    .codec(
      z
        .string()
        .regex(/^\d{1,9}$/, 'must be a whole number')
        .meta({ type: 'integer' }),
      z.int().min(min).max(max),
      { decode: (text) => Number.parseInt(text, 10), encode: String },
    )
    .meta({ type: 'integer' })
}
