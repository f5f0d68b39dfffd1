import { expect, test } from 'vitest'
import { instant } from './instant.ts'

test.each(['1970-01-01T00:00:00Z', '2026-03-15T12:00:00.123+05:30', '9999-12-29T23:59:59Z'])(
  'takes %s',
  (text) => {
    expect(instant.parse(text)).toEqual(new Date(text))
  },
)

// A year that has five digits in UTC was stored and then could not be written into any answer.
test.each([
  '9999-12-31T23:59:59-14:00',
  '0000-01-01T00:00:00+14:00',
  '1969-12-31T23:59:59Z',
  '2026-02-30T00:00:00Z',
])('refuses %s', (text) => {
  expect(instant.safeParse(text).success).toBe(false)
})
