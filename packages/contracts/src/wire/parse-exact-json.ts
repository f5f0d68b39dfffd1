import { equalDecimals, formatDecimal, parseNumber } from '@flexprice/domain/money'
import { ExactNumber } from './exact-number.ts'

/**
 * Parses JSON without losing a digit: a number that a float would change becomes an `ExactNumber`, in plain notation,
 * and so does what is none by the domain's rule, as it was written. Throws a SyntaxError. Slower than `JSON.parse`: ask `needsExactJson` first.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, keepDigits)
}

/** Whether a number in the text may be one that a float does not hold. */
export function needsExactJson(text: string): boolean {
  return maybeInexact.test(text)
}

/**
 * Up to 15 significant digits a float prints as it was read. A number comes at the beginning or behind one of these
 * characters, which keeps out the ids in strings; other matches in strings only cost time.
 */
const maybeInexact = /(?:^|[\s:,[])-?\d(?:[\d.]{15}|[\d.]*[eE])/

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  // As JavaScript and Python write most of them: below 10²¹ and without an exponent there is nothing to look at.
  if (String(value) === source && !source.includes('e')) return value
  const exact = parseNumber(source)
  // No number of ours: whoever reads it refuses it by its path.
  if (exact === undefined) return new ExactNumber(source)
  const read = parseNumber(String(value))
  return read !== undefined && equalDecimals(exact, read) ? value : new ExactNumber(formatDecimal(exact))
}
