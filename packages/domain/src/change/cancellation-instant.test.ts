import { describe, expect, it } from 'vitest'
import { day } from '../testing/fixed-cycle.ts'
import {
  type CancellationTime,
  cancellationInstant,
  type EndingSubscription,
} from './cancellation-instant.ts'

const june: EndingSubscription = {
  start: day('2026-01-01'),
  period: { start: day('2026-06-01'), end: day('2026-07-01') },
  end: null,
  lastChangeAt: null,
}
const immediate: CancellationTime = { type: 'immediate' }
const atPeriodEnd: CancellationTime = { type: 'end_of_period' }
const on = (date: string): CancellationTime => ({ type: 'scheduled_date', date: day(date) })
const now = day('2026-06-20')

describe('a cancellation', () => {
  it.each<[string, EndingSubscription, CancellationTime, string]>([
    ['now is now', june, immediate, '2026-06-20'],
    ['now of what ended before is that end', { ...june, end: day('2026-06-10') }, immediate, '2026-06-10'],
    [
      'now of what has not begun is its start',
      { ...june, start: day('2026-08-01') },
      immediate,
      '2026-08-01',
    ],
    ['at the end of the period is that', june, atPeriodEnd, '2026-07-01'],
    [
      'at the end of a period that has passed unbilled is that',
      { ...june, period: { start: day('2026-04-01'), end: day('2026-05-01') } },
      atPeriodEnd,
      '2026-05-01',
    ],
    ['at a date', june, on('2026-09-10'), '2026-09-10'],
    ['at a date in the past, inside the current period', june, on('2026-06-02'), '2026-06-02'],
    [
      'at the instant of the last change',
      { ...june, lastChangeAt: day('2026-06-10') },
      on('2026-06-10'),
      '2026-06-10',
    ],
    ['at its own end', { ...june, end: day('2026-09-10') }, on('2026-09-10'), '2026-09-10'],
  ])('%s', (_, subscription, time, at) => {
    expect(cancellationInstant(subscription, time, now)).toEqual({ at: day(at) })
  })

  it.each<[string, EndingSubscription, CancellationTime, RegExp]>([
    ['at the current period’s start', june, on('2026-06-01'), /after 2026-06-01/],
    ['before it', june, on('2026-05-31'), /after 2026-06-01/],
    [
      'before the last change',
      { ...june, lastChangeAt: day('2026-06-10') },
      on('2026-06-09'),
      /before 2026-06-10/,
    ],
    ['behind its own end', { ...june, end: day('2026-09-10') }, on('2026-09-11'), /after 2026-09-10/],
    ['ten years ahead', june, on('2036-06-20'), /10 years/],
  ])('is refused %s', (_, subscription, time, message) => {
    const refused = cancellationInstant(subscription, time, now)
    expect(refused).toMatchObject({ problem: { path: 'cancel_at', message: expect.stringMatching(message) } })
  })
})
