import { decodeTime, isValid } from 'ulid'
import { expect, test } from 'vitest'
import { createMonotonicUlids } from './monotonic-ulid.ts'

const now = Date.UTC(2026, 10, 30, 12)

test('is a ULID of its time', () => {
  const next = createMonotonicUlids(Math.random)
  for (const at of [now, now + 1, now + 86_400_000]) {
    const id = next(at)
    expect(isValid(id)).toBe(true)
    expect(decodeTime(id)).toBe(at)
  }
})

test('ids of one process ascend, within a millisecond and where the clock goes back', () => {
  const next = createMonotonicUlids(Math.random)
  const ids = Array.from({ length: 5_000 }, (_, index) => next(now + Math.floor(index / 1_000) - (index % 2)))
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('counts on from its last half into its first', () => {
  const digits = [...Array.from({ length: 8 }, () => 0), ...Array.from({ length: 8 }, () => 31 / 32)]
  const next = createMonotonicUlids(() => digits.shift() ?? 0)
  expect([next(now), next(now)].map((id) => id.slice(10))).toEqual(['00000000ZZZZZZZZ', '0000000100000000'])
})

test('every digit of chance is drawn', () => {
  const seen = Array.from({ length: 16 }, () => new Set<string>())
  for (let draw = 0; draw < 2_000; draw++) {
    const id = createMonotonicUlids(Math.random)(now)
    for (const [place, digits] of seen.entries()) digits.add(id.charAt(10 + place))
  }
  expect(seen.map((digits) => digits.size)).toEqual(seen.map(() => 32))
})
