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

/** Up to 15 significant digits a float prints as it was read. Matches in strings only cost time. */
const maybeInexact = /\d[\d.]{15}|\d[eE][+-]?\d/

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return Number.isSafeInteger(value) && isPlainInteger(source) ? value : new ExactNumber(source)
}

function isPlainInteger(source: string): boolean {
  return /^-?\d+$/.test(source)
}
