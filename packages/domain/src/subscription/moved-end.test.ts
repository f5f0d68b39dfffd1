import { describe, expect, it } from 'vitest'
import { day, grid } from '../testing/fixed-cycle.ts'
import { type EndingTerms, movedEnd } from './moved-end.ts'

/** Months from the 1st: the subscription is in June. */
const june: EndingTerms = {
  grid,
  period: { start: day('2026-06-01'), end: day('2026-07-01') },
  trialEnd: null,
  nextBillingAt: day('2026-07-01'),
}
const cutAt20 = {
  ...june,
  period: { ...june.period, end: day('2026-06-20') },
  nextBillingAt: day('2026-06-20'),
}
const short = { ...june, period: { start: day('2026-06-11'), end: day('2026-07-01') } }
const trial = { ...june, trialEnd: day('2026-06-15'), period: { ...june.period, end: day('2026-06-15') } }
const inTrial = { ...trial, nextBillingAt: day('2026-06-15') }
const ahead = { ...june, nextBillingAt: june.period.start }

describe('with another end the current period', () => {
  it.each<[string, EndingTerms, string | null, string, string | null]>([
    ['is cut by one that it holds', june, '2026-06-20', '2026-06-20', '2026-06-20'],
    ['stays with one behind it', june, '2026-08-15', '2026-07-01', '2026-07-01'],
    ['stays with one at its end', june, '2026-07-01', '2026-07-01', '2026-07-01'],
    ['goes to the grid again without one', cutAt20, null, '2026-07-01', '2026-07-01'],
    ['is cut elsewhere', cutAt20, '2026-06-25', '2026-06-25', '2026-06-25'],
    [
      'that began inside the grid is cut alike, and goes to the same point',
      short,
      null,
      '2026-07-01',
      '2026-07-01',
    ],
    ['is the trial, where it is in one', inTrial, '2026-06-10', '2026-06-10', '2026-06-10'],
    ['is the whole trial again', inTrial, null, '2026-06-15', '2026-06-15'],
    [
      'is cut before it has begun, and billed at its start as before',
      ahead,
      '2026-06-20',
      '2026-06-20',
      '2026-06-01',
    ],
    [
      'is cut where nothing is due, as of one that waits for a payment',
      { ...june, nextBillingAt: null },
      '2026-06-20',
      '2026-06-20',
      null,
    ],
  ])('%s', (_, terms, end, periodEnd, next) => {
    const moved = movedEnd(terms, end === null ? null : day(end))
    expect(moved).toEqual({ periodEnd: day(periodEnd), nextBillingAt: next === null ? null : day(next) })
  })
})
