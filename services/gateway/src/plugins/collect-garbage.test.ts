import { beforeEach, expect, test, vi } from 'vitest'
import { collectGarbage, createRemains } from './collect-garbage.ts'

const mebibyte = 1024 * 1024
let collected = 0
const collect = () => {
  collected += 1
}
beforeEach(() => {
  vi.useFakeTimers()
  collected = 0
  return () => vi.useRealTimers()
})

test('what large bodies have left is collected once none is under way and none has followed for a while', () => {
  const remains = createRemains(collect)
  remains.began()
  remains.ended(10 * mebibyte, false)
  vi.advanceTimersByTime(60_000)
  expect(collected).toBe(0)
  remains.ended(10 * mebibyte, true)
  vi.advanceTimersByTime(1_000)
  remains.began()
  vi.advanceTimersByTime(60_000)
  expect(collected).toBe(0)
  remains.ended(mebibyte, true)
  vi.advanceTimersByTime(60_000)
  expect(collected).toBe(1)
})

test('a few bytes are not worth it, until they have become many', () => {
  const remains = createRemains(collect)
  for (let body = 0; body < 16; body++) {
    expect(collected).toBe(0)
    remains.began()
    remains.ended(mebibyte, true)
    vi.advanceTimersByTime(60_000)
  }
  expect(collected).toBe(1)
})

test('collecting gives back what nobody holds', async () => {
  vi.useRealTimers()
  const gone = new WeakRef(largeList())
  // A reference that was read lives until the end of its task.
  await new Promise((resolve) => setTimeout(resolve, 1))
  const { heapTotal } = process.memoryUsage()
  collectGarbage()
  expect(gone.deref()).toBeUndefined()
  expect(process.memoryUsage().heapTotal).toBeLessThan(heapTotal)
})

function largeList(): number[] {
  return Array.from({ length: 1_000_000 }, (_, index) => index)
}
