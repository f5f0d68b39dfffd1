import { expect, test } from 'vitest'
import { createFlood } from './flood.ts'

test('it is on after a tenth of a second in which more were refused than let in, and over after one in which not', () => {
  const flood = createFlood()
  const come = (refused: number, letIn: number, atMs: number) => {
    for (let one = 0; one < refused; one++) flood.note('refused', atMs)
    for (let one = 0; one < letIn; one++) flood.note('let-in', atMs)
  }
  come(2, 1, 1_010)
  expect([flood.isOn(1_099), flood.isOn(1_100), flood.isOn(1_199)]).toEqual([false, true, true])
  come(1, 1, 1_110)
  expect(flood.isOn(1_200)).toBe(false)
  come(3, 1, 1_250)
  expect(flood.isOn(1_300)).toBe(true)
  expect(flood.isOn(1_400)).toBe(false)
  come(3, 1, 1_450)
  expect(flood.isOn(1_600)).toBe(false)
})
