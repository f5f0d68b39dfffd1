import { expect, test } from 'vitest'
import { createShares } from './shares.ts'

test('a key has its part, the process its whole, and what is given back is there again, once', () => {
  const shares = createShares({ of: 'bytes', max: 100, perKeyMax: 60 })
  const giveBack = shares.take('a', 60)
  expect(() => shares.take('a', 1)).toThrow(
    expect.objectContaining({ code: 'too_many_requests', retryAfterMs: 1_000 }),
  )
  const other = shares.take('b', 40)
  expect(() => shares.take('c', 1)).toThrow(
    expect.objectContaining({ code: 'overloaded', retryAfterMs: 1_000 }),
  )
  expect(shares.taken()).toBe(100)
  giveBack()
  giveBack()
  expect(shares.taken()).toBe(40)
  shares.take('a', 60)()
  other()
  expect(shares.taken()).toBe(0)
})
