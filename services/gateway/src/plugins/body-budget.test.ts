import { expect, test } from 'vitest'
import { createBodyBudget } from './body-budget.ts'

test('a key has its part, the process its whole, and what is given back is there again, once', () => {
  const budget = createBodyBudget({ bytesMax: 100, bytesPerKeyMax: 60 })
  const giveBack = budget.take('a', 60)
  expect(() => budget.take('a', 1)).toThrow(
    expect.objectContaining({ code: 'too_many_requests', retryAfterMs: 1_000 }),
  )
  const other = budget.take('b', 40)
  expect(() => budget.take('c', 1)).toThrow(
    expect.objectContaining({ code: 'overloaded', retryAfterMs: 1_000 }),
  )
  expect(budget.taken()).toBe(100)
  giveBack()
  giveBack()
  expect(budget.taken()).toBe(40)
  budget.take('a', 60)()
  other()
  expect(budget.taken()).toBe(0)
})
