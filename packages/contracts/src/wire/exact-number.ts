import { formatDecimal, isStorable, parseNumber } from '@flexprice/domain/money'
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
 * A quantity or an amount where the contract says `number`: decimal text inside, written back as an exact literal.
 * A request may send it as a text too.
 */
export const exactNumber = z
  .codec(sentDecimal('number'), z.string(), {
    decode: readSentDecimal,
    encode: (text) => new ExactNumber(text),
  })
  .meta({ type: 'number' })

/**
 * What a request may send for a decimal: a text or a JSON number, whichever of them the contract names. Read by
 * `readSentDecimal`, from the body's own digits: no float is ever calculated with.
 */
export function sentDecimal(type: 'string' | 'number') {
  const error = ({ input }: { readonly input?: unknown }) =>
    input === undefined ? 'is required' : 'must be a decimal number, as a text or a JSON number'
  return z
    .custom<string | number | ExactNumber>(isSentDecimal, { error })
    .meta({ type, description: 'A decimal number, as a text or a JSON number' })
}

function isSentDecimal(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || value instanceof ExactNumber
}

/** A number as half of the world writes it, and files have it. */
export function hasDecimalComma(value: unknown): boolean {
  return typeof value === 'string' && /^\s*[+-]?[\d\s.']*,\d[\d\s.',]*$/.test(value)
}

/** In the domain's normal form. What storage does not hold as it is is refused, never rounded. */
export function readSentDecimal(value: string | number | ExactNumber, context: z.core.ParsePayload): string {
  const decimal = parseNumber(value instanceof ExactNumber ? value.source : String(value))
  if (decimal !== undefined && isStorable(decimal)) return formatDecimal(decimal)
  const hint = hasDecimalComma(value) ? ', which is written with a point, not with a comma' : ''
  const message = `must be a decimal number: up to 20 digits, then up to 18 after the point${hint}`
  context.issues.push({ code: 'custom', input: value, message })
  return z.NEVER
}
