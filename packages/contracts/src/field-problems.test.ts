import { expect, test } from 'vitest'
import { z } from 'zod'
import { problemsOf } from './field-problems.ts'

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
    { path: 'name', message: 'Invalid input: expected string, received null' },
    { path: 'period', message: 'Invalid option: expected one of "MONTHLY"|"ANNUAL"' },
  ])
})
