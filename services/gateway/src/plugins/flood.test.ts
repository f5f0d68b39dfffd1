import { expect, test } from 'vitest'
import { createFlood } from './flood.ts'

function flooded() {
  const flood = createFlood()
  const come = (refused: number, letIn: number, atMs: number) => {
    for (let one = 0; one < letIn; one++) flood.note('let-in', atMs)
    for (let one = 0; one < refused; one++) flood.note('refused', atMs)
  }
  return { flood, come }
}

test('it begins as soon as more were refused than let in, and ends after a tenth of a second in which not', () => {
  const { flood, come } = flooded()
  come(9, 1, 1_000)
  expect(flood.isOn(1_000)).toBe(false)
  come(1, 9, 1_005)
  expect(flood.isOn(1_005)).toBe(false)
  come(1, 0, 1_010)
  expect([flood.isOn(1_010), flood.isOn(1_099)]).toEqual([true, true])
  // The one before says so still.
  come(0, 3, 1_100)
  expect(flood.isOn(1_150)).toBe(true)
  come(0, 1, 1_200)
  expect(flood.isOn(1_200)).toBe(false)
})

test('it goes on while the event loop comes late, and is over after a second without a request', () => {
  const { flood, come } = flooded()
  come(30, 1, 1_000)
  come(1, 1, 1_700)
  expect([flood.isOn(1_700), flood.isOn(2_600)]).toEqual([true, true])
  expect(flood.isOn(2_700)).toBe(false)
  come(0, 1, 2_800)
  expect(flood.isOn(2_800)).toBe(false)
})
