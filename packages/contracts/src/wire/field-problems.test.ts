import { expect, test } from 'vitest'
import { z } from 'zod'
import { ExactNumber } from './exact-number.ts'
import { problemsOf } from './field-problems.ts'
import { instant, instantRule } from './instant.ts'

const schema = z.object({
  name: z.string(),
  period: z.enum(['MONTHLY', 'ANNUAL']),
  tiers: z.array(z.object({ up_to: z.number() })),
})

test('a field left out is told as required, of whatever type it is', () => {
  const { error } = schema.safeParse({ tiers: [{}] })
  expect(error && problemsOf(error)).toEqual([
    { path: 'name', message: 'is required' },
    { path: 'period', message: 'is required' },
    { path: 'tiers[0].up_to', message: 'is required' },
  ])
})

test('a wrong value, and null, is told by what is expected', () => {
  const { error } = schema.safeParse({ name: null, period: 'YEARLY', tiers: [] })
  expect(error && problemsOf(error)).toEqual([
    { path: 'name', message: 'must be a text, not null' },
    { path: 'period', message: 'must be one of MONTHLY, ANNUAL' },
  ])
})

test.each<[string, z.ZodType, unknown, string]>([
  ['a text too long', z.string().max(3), 'abcd', 'must have at most 3 characters'],
  ['an empty text', z.string().min(1), '', 'must not be empty'],
  ['a number too small', z.int().min(0), -5, 'must be at least 0'],
  ['a number too large', z.int().max(9), 10, 'must be at most 9'],
  ['half a number', z.int(), 1.5, 'must be a whole number'],
  ['a text for a number', z.int(), '1', 'must be a number'],
  ['a number of forty digits', z.int(), new ExactNumber('1'.repeat(40)), 'must be a number of fewer digits'],
  ['a list too long', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 items'],
  ['an object for a list', z.array(z.string()), {}, 'must be a list'],
  ['a list for an object', z.strictObject({}), [], 'must be an object'],
  ['a text for a choice of one', z.literal('a'), 'b', 'must be a'],
  ['a text for yes or no', z.boolean(), 'yes', 'must be true or false'],
  ['a day for an instant', instant, '2026-01-31', instantRule],
])('%s is told in words', (_what, one, value, message) => {
  const { error } = one.safeParse(value)
  expect(error && problemsOf(error)).toEqual([{ path: '', message }])
})
