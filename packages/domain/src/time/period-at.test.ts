import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grid, instant } from '../testing/grid-arbitrary.ts'
import { type Grid, gridIntervalAt, nextBoundary } from './grid.ts'
import { periodAt } from './period-at.ts'

const seed = 20_260_104

function gridOf(anchor: string, rest: Partial<Grid> = {}): Grid {
  return { anchor: new Date(anchor), period: 'MONTHLY', count: 1, timeZone: 'UTC', ...rest }
}

describe('periods', () => {
  it('begin with a short one when the anchor lies after the start', () => {
    const start = new Date('2026-01-10T08:00:00Z')
    const of = gridOf('2026-02-01T00:00:00Z')
    expect(periodAt(of, { start }, start)).toEqual({ start, end: new Date('2026-02-01T00:00:00Z') })
    expect(gridIntervalAt(of, start)).toEqual({
      start: new Date('2026-01-01T00:00:00Z'),
      end: new Date('2026-02-01T00:00:00Z'),
    })
  })

  it('begin with a whole one when the start is the anchor', () => {
    const start = new Date('2026-01-31T08:00:00Z')
    expect(periodAt(gridOf(start.toISOString()), { start }, start)).toEqual({
      start,
      end: new Date('2026-02-28T08:00:00Z'),
    })
  })

  it('end with the subscription, whose end belongs to none', () => {
    const start = new Date('2026-01-01T00:00:00Z')
    const end = new Date('2026-02-10T00:00:00Z')
    const of = gridOf('2026-01-01T00:00:00Z')
    expect(periodAt(of, { start, end }, new Date('2026-02-09T23:59:59.999Z'))).toEqual({
      start: new Date('2026-02-01T00:00:00Z'),
      end,
    })
    expect(periodAt(of, { start, end }, end)).toBeUndefined()
    expect(periodAt(of, { start, end: start }, start)).toBeUndefined()
  })

  it('do not exist before the start', () => {
    const start = new Date('2026-01-01T00:00:00Z')
    expect(periodAt(gridOf('2026-01-01T00:00:00Z'), { start }, new Date(start.getTime() - 1))).toBeUndefined()
  })

  it('tile time from the start without gap, overlap or emptiness, in every zone and with any anchor', () => {
    fc.assert(
      fc.property(grid, instant, (of, start) => {
        let at = start
        for (let step = 0; step < 16; step++) {
          const period = periodAt(of, { start }, at)
          expect(period?.start).toEqual(at)
          const end = nextBoundary(of, at)
          expect(period?.end).toEqual(end)
          expect(end.getTime()).toBeGreaterThan(at.getTime())
          expect(periodAt(of, { start }, new Date(end.getTime() - 1))).toEqual(period)
          at = end
        }
      }),
      { seed, numRuns: 400 },
    )
  })

  it('hold every instant of a lifetime exactly once, and nothing outside it', () => {
    fc.assert(
      fc.property(grid, instant, instant, instant, (of, start, end, at) => {
        const lifetime = { start, end }
        const period = periodAt(of, lifetime, at)
        if (at < start || at >= end) {
          expect(period).toBeUndefined()
          return
        }
        expect(
          period && period.start <= at && at < period.end && start <= period.start && period.end <= end,
        ).toBe(true)
      }),
      { seed, numRuns: 1000 },
    )
  })
})
