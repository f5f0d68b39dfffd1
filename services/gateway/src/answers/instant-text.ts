/** An instant as JSON. An answer has the same ones again and again, and to write one costs as much as three other fields. */
export function instantText(value: unknown): string | undefined {
  if (!(value instanceof Date)) return undefined
  const ms = value.getTime()
  const known = texts.get(ms)
  if (known !== undefined) return known
  if (Number.isNaN(ms)) return undefined
  const text = `"${value.toISOString()}"`
  if (texts.size >= textsMax) texts.clear()
  texts.set(ms, text)
  return text
}

const texts = new Map<number, string>()
const textsMax = 1_000
