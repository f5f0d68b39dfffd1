import { equalDecimals, parseDecimal } from '@flexprice/domain/money'
import { ExactNumber } from './exact-number.ts'

/**
 * Parses JSON without losing a digit: a number that a float would change becomes an `ExactNumber`.
 * Throws a SyntaxError. Slower than `JSON.parse`: ask `needsExactJson` first.
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
  const exact = parseDecimal(source)
  const read = parseDecimal(String(value))
  if (exact !== undefined && read !== undefined && equalDecimals(exact, read)) return value
  // Written with an exponent: no form of a quantity of ours, but good enough for a count.
  return exact === undefined && Number.isSafeInteger(value) ? value : new ExactNumber(source)
}
