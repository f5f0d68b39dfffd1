import { describe, expect, it } from 'vitest'
import { gridPoint } from '../time/grid.ts'
import { type ScheduleTerms, scheduleOf } from './schedule.ts'

const start = new Date('2026-03-10T12:00:00Z')
const terms: ScheduleTerms = {
  start,
  period: 'MONTHLY',
  count: 1,
  timeZone: 'UTC',
  billingCycle: 'anniversary',
  trialDays: 0,
}
const day = (text: string) => new Date(`${text}Z`)

describe('a subscription that begins', () => {
  it('without a trial has the first period from its start, and bills next at its end', () => {
    const schedule = scheduleOf(terms, start)
    const first = { start, end: day('2026-04-10T12:00') }
    expect(schedule).toMatchObject({ trial: null, phase: 'running', nextBillingAt: first.end })
    expect([schedule.currentPeriod, schedule.firstPaidPeriod]).toEqual([first, first])
    expect(schedule.grid.anchor).toEqual(start)
  })

  it('by the calendar has a short first period', () => {
    const { firstPaidPeriod } = scheduleOf({ ...terms, billingCycle: 'calendar' }, start)
    expect(firstPaidPeriod).toEqual({ start, end: day('2026-04-01T00:00') })
  })

  it('with an explicit anchor has the first period up to the next grid point', () => {
    const { firstPaidPeriod } = scheduleOf({ ...terms, billingAnchor: day('2026-01-31T00:00') }, start)
    expect(firstPaidPeriod).toEqual({ start, end: day('2026-03-31T00:00') })
  })

  it('is cut by its end', () => {
    const end = day('2026-03-20T00:00')
    const schedule = scheduleOf({ ...terms, end }, start)
    expect(schedule.currentPeriod).toEqual({ start, end })
    expect(schedule.nextBillingAt).toEqual(end)
    expect(() => scheduleOf({ ...terms, end: start }, start)).toThrow('after its start')
  })

  it('in the past begins there, and is due at once', () => {
    const now = day('2026-09-01T00:00')
    expect(scheduleOf(terms, now)).toEqual(scheduleOf(terms, start))
    expect(scheduleOf(terms, now).nextBillingAt.getTime()).toBeLessThan(now.getTime())
  })

  it('in the future bills at its start, with a trial or without', () => {
    const now = new Date(start.getTime() - 1)
    expect(scheduleOf(terms, now)).toMatchObject({ phase: 'scheduled', nextBillingAt: start })
    const trialing = scheduleOf({ ...terms, trialDays: 14 }, now)
    expect(trialing).toMatchObject({ phase: 'scheduled', nextBillingAt: start })
  })
})

describe('a trial', () => {
  const trial = { start, end: day('2026-03-24T12:00') }

  it('moves an anniversary anchor to its end, where the first paid period begins whole', () => {
    const schedule = scheduleOf({ ...terms, trialDays: 14 }, start)
    expect(schedule).toMatchObject({
      trial,
      currentPeriod: trial,
      phase: 'trialing',
      nextBillingAt: trial.end,
    })
    expect(schedule.grid.anchor).toEqual(trial.end)
    expect(schedule.firstPaidPeriod).toEqual({ start: trial.end, end: day('2026-04-24T12:00') })
    expect(gridPoint(schedule.grid, 2)).toEqual(day('2026-05-24T12:00'))
  })

  it.each<[string, Partial<ScheduleTerms>, string]>([
    ['calendar', { billingCycle: 'calendar' }, '2026-04-01T00:00'],
    ['explicit', { billingAnchor: day('2026-03-31T06:00') }, '2026-03-31T06:00'],
    [
      'explicit, of an anniversary',
      { billingCycle: 'anniversary', billingAnchor: day('2026-01-05T00:00') },
      '2026-04-05T00:00',
    ],
  ])('leaves an anchor that is %s, and the first paid period is short', (_name, anchor, end) => {
    const schedule = scheduleOf({ ...terms, ...anchor, trialDays: 14 }, start)
    expect(schedule.firstPaidPeriod).toEqual({ start: trial.end, end: day(end) })
  })

  it('that lasts to the end of the subscription is followed by no paid period', () => {
    for (const end of [trial.end, day('2026-03-12T00:00')]) {
      const schedule = scheduleOf({ ...terms, end, trialDays: 14 }, start)
      expect(schedule).toMatchObject({ firstPaidPeriod: null, trial: { start, end }, nextBillingAt: end })
    }
  })

  it('from 31 January keeps to month ends from its own end on', () => {
    const from = day('2026-01-17T00:00')
    const { grid } = scheduleOf({ ...terms, start: from, trialDays: 14 }, from)
    expect([1, 2, 3].map((k) => gridPoint(grid, k))).toEqual(
      ['2026-02-28T00:00', '2026-03-31T00:00', '2026-04-30T00:00'].map(day),
    )
  })
})
