/**
 * An array's literal, as PostgreSQL reads it. Most texts are ids and instants, and have nothing to escape: node-postgres
 * would rewrite each of them, twice.
 */
export function textArray(texts: readonly (string | null)[]): string {
  if (texts.length === 0) return '{}'
  // Joined at once, without a text between for each: half the time and memory (measured).
  if (texts.every(isPlain)) return `{"${texts.join('","')}"}`
  return `{${texts.map((text) => (text === null ? 'NULL' : quoted(text))).join()}}`
}

function isPlain(text: string | null): boolean {
  return text !== null && !toBeEscaped.test(text)
}

/** A parameter as the driver is to have it: arrays of texts as their literals, all else as it is. */
export function asParameter(value: unknown): unknown {
  return Array.isArray(value) && value.every(isText) ? textArray(value) : value
}

function isText(value: unknown): value is string | null {
  return typeof value === 'string' || value === null
}

function quoted(text: string): string {
  return toBeEscaped.test(text) ? `"${text.replaceAll(allToBeEscaped, '\\$&')}"` : `"${text}"`
}

const toBeEscaped = /["\\]/
const allToBeEscaped = /["\\]/g
