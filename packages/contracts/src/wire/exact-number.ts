import { formatDecimal, parseDecimal } from '@flexprice/domain/money'
import { z } from 'zod'

/**
 * A number of the wire that a float cannot hold, as its source text. `parseExactJson` makes it in
 * place of a `number`, only where the float would not print as the text says.
 */
export class ExactNumber {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.source)
  }
}

/**
 * A quantity or an amount where the contract says `number`: a decimal text inside, read from the
 * body's own digits and written back as an exact literal. No float is ever calculated with.
 */
export const exactNumber = z
  .codec(z.custom<number | ExactNumber>(isNumber, 'must be a number').meta({ type: 'number' }), z.string(), {
    decode: (value, context) => {
      const decimal = parseDecimal(typeof value === 'number' ? String(value) : value.source)
      if (decimal !== undefined) return formatDecimal(decimal)
      context.issues.push({ code: 'custom', input: value, message: 'must be a plain decimal number' })
      return z.NEVER
    },
    encode: (text) => new ExactNumber(text),
  })
  .meta({ type: 'number' })

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof ExactNumber
}
