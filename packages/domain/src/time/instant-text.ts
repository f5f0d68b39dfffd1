/**
 * An instant as RFC 3339 in UTC with milliseconds, as `toISOString` writes it. A page of rows has thousands of texts of a
 * few boundaries, and making one costs as much as pricing a line: those that were made lately are kept.
 */
export function instantText(at: Date): string {
  const ms = at.getTime()
  const known = texts.get(ms)
  if (known !== undefined) return known
  const text = at.toISOString()
  if (texts.size >= textsMax) texts.clear()
  texts.set(ms, text)
  return text
}

const texts = new Map<number, string>()
const textsMax = 1_024
