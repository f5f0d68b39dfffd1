import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grid } from '../testing/grid-arbitrary.ts'
import { type Grid, gridIntervalAt, gridPoint, nextBoundary } from './grid.ts'
import { toLocal } from './time-zone.ts'

const seed = 20_260_103

function gridOf(anchor: string, rest: Partial<Grid> = {}): Grid {
  return { anchor: new Date(anchor), period: 'MONTHLY', count: 1, timeZone: 'UTC', ...rest }
}

function points(of: Grid, ...ks: number[]): string[] {
  return ks.map((k) => gridPoint(of, k).toISOString())
}

describe('grid points', () => {
  it('clamp the day to the month, and never drift', () => {
    expect(points(gridOf('2024-01-31T10:00:00Z'), -1, 0, 1, 2, 3, 13)).toEqual([
      '2023-12-31T10:00:00.000Z',
      '2024-01-31T10:00:00.000Z',
      '2024-02-29T10:00:00.000Z',
      '2024-03-31T10:00:00.000Z',
      '2024-04-30T10:00:00.000Z',
      '2025-02-28T10:00:00.000Z',
    ])
    expect(points(gridOf('2024-02-29T00:00:00Z', { period: 'ANNUAL' }), 1, 4)).toEqual([
      '2025-02-28T00:00:00.000Z',
      '2028-02-29T00:00:00.000Z',
    ])
    expect(points(gridOf('2026-08-31T00:00:00Z', { period: 'HALF_YEARLY' }), 1, 2)).toEqual([
      '2027-02-28T00:00:00.000Z',
      '2027-08-31T00:00:00.000Z',
    ])
    expect(points(gridOf('2026-01-31T00:00:00Z', { period: 'QUARTERLY' }), 1)).toEqual([
      '2026-04-30T00:00:00.000Z',
    ])
  })

  it('clamp by the local date, not by that of UTC', () => {
    // 31 January 23:30 in New York.
    expect(points(gridOf('2026-02-01T04:30:00Z', { timeZone: 'America/New_York' }), 1, 2)).toEqual([
      '2026-03-01T04:30:00.000Z',
      '2026-04-01T03:30:00.000Z',
    ])
  })

  it('keep the wall-clock time over a change of the clocks', () => {
    const berlin = gridOf('2026-03-28T11:00:00Z', { period: 'DAILY', timeZone: 'Europe/Berlin' })
    expect(points(berlin, 1, 2)).toEqual(['2026-03-29T10:00:00.000Z', '2026-03-30T10:00:00.000Z'])
    const lordHowe = gridOf('2026-04-04T01:00:00Z', { period: 'DAILY', timeZone: 'Australia/Lord_Howe' })
    expect(points(lordHowe, 1)).toEqual(['2026-04-05T01:30:00.000Z'])
  })

  it('move a skipped wall time forward, for that day only', () => {
    const berlin = gridOf('2026-03-28T01:30:00Z', { period: 'DAILY', timeZone: 'Europe/Berlin' })
    expect(points(berlin, 1, 2)).toEqual(['2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z'])
    const saoPaulo = gridOf('2018-11-03T03:00:00Z', { period: 'DAILY', timeZone: 'America/Sao_Paulo' })
    expect(points(saoPaulo, 1, 2)).toEqual(['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'])
  })

  it('take the first of an ambiguous wall time', () => {
    const berlin = gridOf('2026-10-24T00:30:00Z', { period: 'DAILY', timeZone: 'Europe/Berlin' })
    expect(points(berlin, 1, 2)).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'])
  })

  it('have the anchor itself as number 0, also when it is the second of an ambiguous wall time', () => {
    const berlin = gridOf('2026-10-25T01:30:00Z', { period: 'DAILY', timeZone: 'Europe/Berlin' })
    expect(points(berlin, -1, 0, 1)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })

  it('count several periods as one step', () => {
    expect(points(gridOf('2026-01-31T00:00:00Z', { count: 2 }), 1, 2)).toEqual([
      '2026-03-31T00:00:00.000Z',
      '2026-05-31T00:00:00.000Z',
    ])
    expect(points(gridOf('2026-01-01T00:00:00Z', { period: 'WEEKLY', count: 2 }), 1)).toEqual([
      '2026-01-15T00:00:00.000Z',
    ])
  })

  it('of a month are always the anchor day, or the last day of a shorter month', () => {
    fc.assert(
      fc.property(grid, fc.integer({ min: -300, max: 300 }), (of, k) => {
        const monthly: Grid = { ...of, period: 'MONTHLY' }
        const anchor = toLocal(monthly.anchor, monthly.timeZone)
        const first = anchor
          .toPlainDate()
          .with({ day: 1 })
          .add({ months: k * monthly.count })
        const wanted = first.with({ day: Math.min(anchor.day, first.daysInMonth) })
        const point = toLocal(gridPoint(monthly, k), monthly.timeZone).toPlainDate()
        // A wall time that was skipped late in the evening comes after midnight.
        const skipped = !wanted
          .toZonedDateTime({ timeZone: monthly.timeZone, plainTime: anchor.toPlainTime() })
          .toPlainDate()
          .equals(wanted)
        expect(point.toString()).toBe((skipped ? wanted.add({ days: 1 }) : wanted).toString())
      }),
      { seed, numRuns: 500 },
    )
  })
})

describe('the short way in UTC', () => {
  it('gives the points of the long one', () => {
    fc.assert(
      fc.property(grid, fc.integer({ min: -400, max: 400 }), (of, k) => {
        // The same clock by a name that takes the calendar's way.
        const long = gridPoint({ ...of, timeZone: 'Etc/UTC' }, k)
        expect(gridPoint({ ...of, timeZone: 'UTC' }, k)).toEqual(long)
      }),
      { seed, numRuns: 2000 },
    )
  })
})

describe('grid intervals', () => {
  it('hold an instant at their start, and not at their end', () => {
    const of = gridOf('2026-01-01T00:00:00Z')
    const boundary = new Date('2026-02-01T00:00:00Z')
    expect(gridIntervalAt(of, boundary).start).toEqual(boundary)
    expect(gridIntervalAt(of, new Date(boundary.getTime() - 1)).end).toEqual(boundary)
    expect(nextBoundary(of, boundary)).toEqual(new Date('2026-03-01T00:00:00Z'))
  })

  it('pass over the day that Apia did not have', () => {
    const apia = gridOf('2011-12-28T20:00:00Z', { period: 'DAILY', timeZone: 'Pacific/Apia' })
    expect(points(apia, 1, 2, 3)).toEqual([
      '2011-12-29T20:00:00.000Z',
      '2011-12-30T20:00:00.000Z',
      '2011-12-30T20:00:00.000Z',
    ])
    expect(nextBoundary(apia, new Date('2011-12-30T20:00:00Z'))).toEqual(new Date('2011-12-31T20:00:00Z'))
  })

  it('are found without a walk from the anchor', () => {
    const of = gridOf('0001-01-01T00:00:00Z', { period: 'DAILY', timeZone: 'Europe/Berlin' })
    expect(gridIntervalAt(of, new Date('2999-06-01T12:00:00Z')).end > new Date('2999-06-01T12:00:00Z')).toBe(
      true,
    )
  })

  it('run from grid point to grid point', () => {
    fc.assert(
      fc.property(grid, fc.integer({ min: -40, max: 400 }), (of, k) => {
        const start = gridPoint(of, k)
        const end = gridPoint(of, k + 1)
        expect(end.getTime()).toBeGreaterThanOrEqual(start.getTime())
        if (end > start) expect(gridIntervalAt(of, start)).toEqual({ start, end })
      }),
      { seed, numRuns: 1000 },
    )
  })
})
