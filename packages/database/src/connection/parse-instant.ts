import pg from 'pg'

const parseAny = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text')

/**
 * An instant as PostgreSQL writes it: `2026-09-01 00:00:00+00`, with up to six digits of a second, of which a `Date`
 * keeps three. A page has thousands of them, and the driver's own way, which knows every notation, costs several times
 * as much: it is for other offsets, far years and `infinity` alone.
 */
export function parseInstant(text: string): unknown {
  const isUsual = text.length >= 22 && text.endsWith('+00') && text.charCodeAt(4) === dash
  if (!isUsual) return parseAny(text)
  const year = digits(text, 0, 4)
  const ms = Date.UTC(
    year,
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
  )
  // `Date.UTC` takes two digits for a year of the last century.
  if (year < 100) return parseAny(text)
  const fraction = text.length === 22 ? 0 : digits(text, 20, Math.min(text.length - 3, 23))
  return new Date(ms + fraction * 10 ** Math.max(26 - text.length, 0))
}

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - zero
  return value
}

const dash = 45
const zero = 48
