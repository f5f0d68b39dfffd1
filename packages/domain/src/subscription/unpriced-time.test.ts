import { expect, test } from 'vitest'
import { day } from '../testing/fixed-cycle.ts'
import type { Lifetime } from '../time/period.ts'
import { unpricedTime } from './unpriced-time.ts'

const now = day('2026-06-01')
const since = (start: string, end: string | null = null): Lifetime => ({
  start: day(start),
  end: end === null ? null : day(end),
})

test.each<[string, Lifetime, Lifetime[], string[]]>([
  ['all of it is priced', since('2026-01-01'), [since('2026-01-01')], []],
  [
    'its prices came later',
    since('2026-01-01'),
    [since('2026-05-01'), since('2026-03-01')],
    ['2026-01-01 2026-03-01'],
  ],
  [
    'they came and went',
    since('2026-01-01'),
    [since('2026-01-01', '2026-02-01'), since('2026-03-01', '2026-04-01'), since('2026-03-15', '2026-03-20')],
    ['2026-02-01 2026-03-01', '2026-04-01 …'],
  ],
  [
    'a line has no length',
    since('2026-01-01'),
    [since('2026-01-01', '2026-01-01'), since('2026-02-01')],
    ['2026-01-01 2026-02-01'],
  ],
  ['the first is yet to come', since('2026-01-01'), [since('2026-07-01')], ['2026-01-01 2026-07-01']],
  ['it ends before', since('2026-01-01', '2026-02-01'), [since('2026-07-01')], ['2026-01-01 2026-02-01']],
  ['it ends with its price', since('2026-01-01', '2026-02-01'), [since('2026-01-01', '2026-02-01')], []],
  ['it begins now', since('2026-06-01'), [since('2026-07-01')], []],
  ['its price ends tomorrow', since('2026-01-01'), [since('2026-01-01', '2026-06-02')], []],
])('what no price bills of a subscription: %s', (_case, subscription, lines, expected) => {
  const shown = unpricedTime(subscription, lines, now).map(({ start, end }) =>
    [shownDay(start), shownDay(end)].join(' '),
  )
  expect(shown).toEqual(expected)
})

function shownDay(instant: Date | null | undefined): string {
  return instant?.toISOString().slice(0, 10) ?? '…'
}
