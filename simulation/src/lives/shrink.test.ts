import { expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { shrink } from './shrink.ts'

const steps = Array.from({ length: 200 }, (_, step) => step)

test('of many steps those are left that fail only together', async () => {
  const fails = async (some: readonly number[]) => [3, 117, 118].every((step) => some.includes(step))
  expect(await shrink(steps, fails)).toEqual([3, 117, 118])
})

test('a life that fails with any of its steps is shrunk to one', async () => {
  expect(await shrink(steps, async (some) => some.length > 0)).toHaveLength(1)
})

test('it gives up after so many tries, with a life that fails', async () => {
  let tries = 0
  const fails = async (some: readonly number[]) => {
    tries++
    return some.includes(3) && some.includes(117)
  }
  const left = await shrink(steps, fails, 5)
  expect(tries).toBe(5)
  expect(left).toEqual(expect.arrayContaining([3, 117]))
})

test('a seed decides the same numbers each time', () => {
  const first = createRandom(7)
  const second = createRandom(7)
  const numbers = Array.from({ length: 50 }, () => first.below(1_000))
  expect(Array.from({ length: 50 }, () => second.below(1_000))).toEqual(numbers)
  expect(new Set(numbers).size).toBeGreaterThan(40)
})
