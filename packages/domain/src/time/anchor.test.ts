import { describe, expect, it } from 'vitest'
import { type AnchorTerms, anchorFor } from './anchor.ts'
import type { RecurringPeriod } from './billing-period.ts'
import { gridPoint } from './grid.ts'
import { periodAt } from './period-at.ts'

function calendar(period: RecurringPeriod, start: string, timeZone = 'UTC', count = 1): string {
  return anchorFor({
    billingCycle: 'calendar',
    start: new Date(start),
    period,
    count,
    timeZone,
  }).toISOString()
}

describe('anchorFor', () => {
  it('takes the explicit anchor before anything else', () => {
    const billingAnchor = new Date('2020-02-29T08:00:00Z')
    const terms: AnchorTerms = {
      billingCycle: 'calendar',
      billingAnchor,
      start: new Date('2026-01-01T00:00:00Z'),
      period: 'MONTHLY',
      count: 1,
      timeZone: 'UTC',
    }
    expect(anchorFor(terms)).toEqual(billingAnchor)
    expect(anchorFor({ ...terms, billingCycle: 'anniversary' })).toEqual(billingAnchor)
  })

  it('is the start itself for an anniversary', () => {
    const start = new Date('2026-01-31T13:14:15.167Z')
    expect(
      anchorFor({ billingCycle: 'anniversary', start, period: 'MONTHLY', count: 1, timeZone: 'UTC' }),
    ).toEqual(start)
  })

  it.each<[RecurringPeriod, string, string]>([
    ['DAILY', '2026-03-10T15:00:00Z', '2026-03-11T00:00:00.000Z'],
    ['WEEKLY', '2026-03-10T15:00:00Z', '2026-03-16T00:00:00.000Z'],
    ['WEEKLY', '2026-03-15T23:59:59Z', '2026-03-16T00:00:00.000Z'],
    ['WEEKLY', '2026-03-16T00:00:01Z', '2026-03-23T00:00:00.000Z'],
    ['MONTHLY', '2026-01-31T15:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['MONTHLY', '2026-12-31T15:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['QUARTERLY', '2026-03-31T15:00:00Z', '2026-04-01T00:00:00.000Z'],
    ['QUARTERLY', '2026-04-02T15:00:00Z', '2026-07-01T00:00:00.000Z'],
    ['HALF_YEARLY', '2026-06-30T15:00:00Z', '2026-07-01T00:00:00.000Z'],
    ['HALF_YEARLY', '2026-08-31T15:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['ANNUAL', '2026-02-01T15:00:00Z', '2027-01-01T00:00:00.000Z'],
  ])('of a calendar is the next boundary: %s from %s is %s', (period, start, anchor) => {
    expect(calendar(period, start)).toBe(anchor)
  })

  it('of a calendar is after the start, also when the start is such a boundary', () => {
    expect(calendar('MONTHLY', '2026-01-01T00:00:00Z')).toBe('2026-02-01T00:00:00.000Z')
    expect(calendar('DAILY', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z')
  })

  it.each<[string, string, string]>([
    // 31 December in UTC is 1 January there already, and the other way round.
    ['Pacific/Auckland', '2025-12-31T12:00:00Z', '2026-01-31T11:00:00.000Z'],
    ['America/Los_Angeles', '2026-02-01T07:00:00Z', '2026-02-01T08:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-31T18:14:59Z', '2026-01-31T18:15:00.000Z'],
  ])('of a calendar goes by the local date: MONTHLY in %s from %s is %s', (zone, start, anchor) => {
    expect(calendar('MONTHLY', start, zone)).toBe(anchor)
  })

  it('keeps the grid at midnight when the next midnight is skipped', () => {
    // On 4 November 2018 clocks in São Paulo went from 00:00 to 01:00 (offset -3 to -2).
    const timeZone = 'America/Sao_Paulo'
    const start = new Date('2018-11-03T15:00:00Z')
    const anchor = anchorFor({ billingCycle: 'calendar', start, period: 'DAILY', count: 1, timeZone })
    const grid = { anchor, period: 'DAILY', count: 1, timeZone } as const
    expect(anchor.toISOString()).toBe('2018-11-05T02:00:00.000Z')
    expect(periodAt(grid, { start }, start)?.end.toISOString()).toBe('2018-11-04T03:00:00.000Z')
    expect(gridPoint(grid, 1).toISOString()).toBe('2018-11-06T02:00:00.000Z')
  })

  it('takes the day as it begins where it never begins at midnight', () => {
    // Paraguay's clocks went forward at midnight of each 1 October in these years.
    expect(calendar('MONTHLY', '1975-09-15T12:00:00Z', 'America/Asuncion', 12)).toBe(
      '1975-10-01T04:00:00.000Z',
    )
  })

  it('takes the first of two midnights', () => {
    // On 1 November 2026 clocks in Havana go from 01:00 back to 00:00 (offset -4 to -5).
    expect(calendar('MONTHLY', '2026-10-15T12:00:00Z', 'America/Havana')).toBe('2026-11-01T04:00:00.000Z')
  })
})
