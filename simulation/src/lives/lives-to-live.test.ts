import { expect, test } from 'vitest'
import { livesOf, livesToLive } from './lives-to-live.ts'

test('a run of 200 customers, four in a life, has 50 lives; one of 9 has three', () => {
  expect(livesOf({ customers: 200, customersPerLife: 4 })).toBe(50)
  expect(livesOf({ customers: 9, customersPerLife: 4 })).toBe(3)
})

test('lives are a range or one, both ends among them, or all', () => {
  expect(livesToLive('11-20', 50)).toEqual({ first: 11, last: 20 })
  expect(livesToLive('50', 50)).toEqual({ first: 50, last: 50 })
  expect(livesToLive('1-50', 50)).toEqual({ first: 1, last: 50 })
  expect(livesToLive(undefined, 50)).toBeUndefined()
})

test.each(['', '0', '0-3', '3-2', '1-', '-3', '1-2-3', '1.5', '1e1', ' 1', 'all', '9999999999'])(
  'lives "%s" are refused by name',
  (text) => expect(livesToLive(text, 50)).toMatch(/^lives must be as /),
)

test.each(['51', '50-51', '99-100'])('lives "%s" of 50 are refused by name', (text) =>
  expect(livesToLive(text, 50)).toBe(`lives must be among the 50 of this run: ${text}`),
)
