import { expect, test } from 'vitest'
import { z } from 'zod'
import { instant, instantRule } from './instant.ts'

test.each([
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ['9999-12-29T23:59:59Z', '9999-12-29T23:59:59.000Z'],
  // In lower case, too, as RFC 3339 allows.
  ['2026-03-15t12:00:00z', '2026-03-15T12:00:00.000Z'],
  ['2026-03-15t12:00:00.5+05:30', '2026-03-15T06:30:00.500Z'],
  ['2024-02-29T23:59:59-14:00', '2024-03-01T13:59:59.000Z'],
  ['2026-01-01T00:00:00-00:00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00+23:59', '2025-12-31T00:01:00.000Z'],
  // Cut, not rounded: the old year stays the old year.
  ['2025-12-31T23:59:59.9999999Z', '2025-12-31T23:59:59.999Z'],
  ['2026-01-01T00:00:00.0005Z', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.100Z'],
])('takes %s as %s', (text, utc) => {
  expect(instant.parse(text).toISOString()).toBe(utc)
})

// A year that has five digits in UTC was stored and then could not be written into any answer.
test.each([
  '9999-12-31T23:59:59-14:00',
  '0000-01-01T00:00:00+14:00',
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00Z',
  '2026-01-01 00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:00:00+24:00',
  '2026-01-01T00:00:00+0100',
  '2026-01-01T00:00:00.Z',
  ' 2026-01-01T00:00:00Z',
  `2026-01-01T00:00:00.${'0'.repeat(100)}Z`,
  '1735689600',
  'now',
  '',
])('refuses %j', (text) => {
  expect(instant.safeParse(text).error?.issues).toMatchObject([{ message: instantRule }])
})

test('what is none reaches no rule about the whole record', () => {
  const seen: unknown[] = []
  const record = z.strictObject({ at: instant.optional() }).check(({ value }) => {
    seen.push(value.at)
  })
  expect(record.safeParse({ at: '2026-01-01' }).success).toBe(false)
  expect(seen).toEqual([])
})
