import { expect, test } from 'vitest'
import { type ClockFacts, clockMoveProblem, clockMoveStart } from './clock-move.ts'

const at = (text: string) => new Date(text)
const timeOfDay = at('2026-03-01T12:00:00Z')
const unset: ClockFacts = { type: 'development', clockAt: null, timeOfDay, isEmpty: false }
const set: ClockFacts = { ...unset, clockAt: at('2028-02-29T00:00:00Z') }

test.each<[string, ClockFacts, string, RegExp | undefined]>([
  ['ahead of the time of day', unset, '2026-03-01T12:00:00.001Z', undefined],
  ['before it, with records', unset, '2026-03-01T11:59:59.999Z', /in the past/],
  ['before it, while it is empty', { ...unset, isEmpty: true }, '1970-01-01T00:00:00Z', undefined],
  ['ten years ahead', unset, '2036-03-01T12:00:00Z', undefined],
  ['a millisecond more', unset, '2036-03-01T12:00:00.001Z', /at most 10 years/],
  ['where it stands', set, '2028-02-29T00:00:00Z', undefined],
  ['back by a millisecond', set, '2028-02-28T23:59:59.999Z', /before the clock/],
  ['back by 200 years', set, '1828-02-29T00:00:00Z', /before the clock/],
  [
    'behind the time of day, where it stands so',
    { ...set, clockAt: at('2020-01-01T00:00:00Z') },
    '2021-01-01T00:00:00Z',
    undefined,
  ],
  ['ten years on from a leap day', set, '2038-02-28T00:00:00Z', undefined],
  ['eleven years on', set, '2039-02-28T00:00:00Z', /at most 10 years/],
  ['production', { ...unset, type: 'production' }, '2027-01-01T00:00:00Z', /production/],
])('%s', (_, facts, to, problem) => {
  const found = clockMoveProblem(at(to), facts)
  if (problem === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(problem)
})

test('a clock begins where the time of day is, or at once in the past', () => {
  expect(clockMoveStart(at('2027-01-01T00:00:00Z'), unset)).toEqual(timeOfDay)
  expect(clockMoveStart(at('2020-01-01T00:00:00Z'), unset)).toEqual(at('2020-01-01T00:00:00Z'))
  expect(clockMoveStart(at('2030-01-01T00:00:00Z'), set)).toEqual(set.clockAt)
})
