import { expect, test } from 'vitest'
import { day, running, target } from '../testing/changed-subscription.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { lineMoves } from './line-moves.ts'

const fee = target('fee')
/** Of one line, around a pause from the 6th to the 16th of June. */
const first = running(fee, { end: day('2026-06-06') })
const second = running(fee, { start: day('2026-06-16') })

function moved(before: readonly ReturnType<typeof running>[], after: typeof before, at = '2026-06-16') {
  const { closed, opened } = lineMoves(before, after, day(at))
  const shown = (instant: Date) => instant.toISOString().slice(5, 10)
  return {
    closed: closed.map((end) => `${end.line.id} from ${shown(end.line.start)} ends ${shown(end.at)}`),
    opened: opened.map(({ id, start, quantity }) => `${id} from ${shown(start)}, ${quantity.toFixed()}`),
  }
}

test('a line that ends in the instant in which its pause ends: the part from then on is gone, and ends as it begins', () => {
  expect(moved([first, second], [first])).toEqual({
    closed: ['line_fee from 06-16 ends 06-16'],
    opened: [],
  })
})

test('a line that ends before its pause ends once, whatever parts of it are gone with it', () => {
  const third = running(fee, { start: day('2026-06-20') })
  const ended = { ...first, end: day('2026-06-03') }
  expect(moved([first, second, third], [ended], '2026-06-03').closed).toEqual([
    'line_fee from 06-01 ends 06-03',
  ])
  expect(moved([first, second, third], [first], '2026-06-06').closed).toEqual([
    'line_fee from 06-16 ends 06-16',
  ])
})

test('what stays, comes, and has another quantity', () => {
  const seats = running(target('seats'))
  const more = { ...seats, quantity: dec('3') }
  expect(
    moved(
      [first, second, seats],
      [first, second, more, running(target('new'), { start: day('2026-06-16') })],
    ),
  ).toEqual({
    closed: ['line_seats from 06-01 ends 06-16'],
    opened: ['line_seats from 06-01, 3', 'line_new from 06-16, 1'],
  })
  expect(moved([first, second, seats], [first, second, seats])).toEqual({ closed: [], opened: [] })
})
