import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BucketSize, bucketSizes } from '../price/meter-terms.ts'
import { grid, instant } from '../testing/grid-arbitrary.ts'
import { toLocal } from '../time/time-zone.ts'
import { partsOf, usageSpans } from './usage-spans.ts'

const seed = 20_261_124
const monthAnchor = new Date('2026-01-31T12:00:00Z')

function spansOf(start: string, end: string, bucketSize: BucketSize | null, timeZone = 'UTC') {
  return usageSpans({ start: new Date(start), end: new Date(end) }, { bucketSize, timeZone, monthAnchor })
}

/** The hours of each part. */
function hours(...cut: Parameters<typeof spansOf>): number[] {
  return [...partsOf(spansOf(...cut))].map(({ start, end }) => (end.getTime() - start.getTime()) / 3_600_000)
}

describe('a window is cut', () => {
  it('not at all without a bucket size, and an empty one into nothing', () => {
    const [start, end] = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z']
    expect(spansOf(start, end, null)).toEqual([{ start: new Date(start), end: new Date(end), stepMs: null }])
    for (const size of [null, ...bucketSizes]) expect(spansOf(start, start, size)).toEqual([])
  })

  it('at the local clock, its first and last bucket clipped', () => {
    expect(hours('2026-03-01T10:30:00Z', '2026-03-01T13:15:00Z', 'HOUR')).toEqual([0.5, 1, 1, 0.25])
    expect(hours('2026-03-01T10:30:00Z', '2026-03-02T13:00:00Z', '12HOUR')).toEqual([1.5, 12, 12, 1])
    // Kathmandu is 5:45 ahead: its full hours are at :15 UTC.
    expect(hours('2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z', 'HOUR', 'Asia/Kathmandu')).toEqual([
      0.25, 0.75,
    ])
    expect(hours('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', 'DAY', 'Asia/Kolkata')).toEqual([18.5, 5.5])
  })

  it('into weeks from Monday, and months from the anchor, whose day is clamped', () => {
    // 1 March 2026 is a Sunday.
    expect(hours('2026-03-01T00:00:00Z', '2026-03-10T00:00:00Z', 'WEEK')).toEqual([24, 168, 24])
    expect(
      [...partsOf(spansOf('2026-02-01T00:00:00Z', '2026-05-01T00:00:00Z', 'MONTH'))].map(({ end }) =>
        end.toISOString(),
      ),
    ).toEqual([
      '2026-02-28T12:00:00.000Z',
      '2026-03-31T12:00:00.000Z',
      '2026-04-30T12:00:00.000Z',
      '2026-05-01T00:00:00.000Z',
    ])
  })

  it.each<[string, string, string, BucketSize, string, number[]]>([
    ['a day of 23 hours', '2026-03-28T23:00Z', '2026-03-29T22:00Z', 'DAY', 'Europe/Berlin', [23]],
    ['a day of 25 hours', '2026-10-24T22:00Z', '2026-10-25T23:00Z', 'DAY', 'Europe/Berlin', [25]],
    [
      'its half before the change',
      '2026-10-24T22:00Z',
      '2026-10-25T23:00Z',
      '12HOUR',
      'Europe/Berlin',
      [13, 12],
    ],
    ['three hours that are four', '2026-10-24T22:00Z', '2026-10-25T05:00Z', '3HOUR', 'Europe/Berlin', [4, 3]],
    [
      'an hour that comes twice is two',
      '2026-10-25T00:00Z',
      '2026-10-25T02:00Z',
      'HOUR',
      'Europe/Berlin',
      [1, 1],
    ],
    [
      'an hour that is skipped is none',
      '2026-03-29T00:00Z',
      '2026-03-29T02:00Z',
      'HOUR',
      'Europe/Berlin',
      [1, 1],
    ],
    ['three hours that are two', '2026-03-28T23:00Z', '2026-03-29T04:00Z', '3HOUR', 'Europe/Berlin', [2, 3]],
    [
      'a half hour put back: longer',
      '2026-04-04T14:00Z',
      '2026-04-04T16:30Z',
      'HOUR',
      'Australia/Lord_Howe',
      [1.5, 1],
    ],
    [
      'a half hour put forward over an hour',
      '2026-10-03T15:00Z',
      '2026-10-03T16:30Z',
      'HOUR',
      'Australia/Lord_Howe',
      [0.5, 0.5, 0.5],
    ],
    [
      'a midnight that does not exist',
      '2018-11-03T03:00Z',
      '2018-11-05T02:00Z',
      'DAY',
      'America/Sao_Paulo',
      [24, 23],
    ],
    [
      'a midnight that comes twice, the first',
      '2018-02-17T02:00Z',
      '2018-02-19T03:00Z',
      'DAY',
      'America/Sao_Paulo',
      [25, 24],
    ],
    [
      'a day put back over midnight by a minute',
      '2010-11-06T02:30Z',
      '2010-11-08T03:30Z',
      'DAY',
      'America/St_Johns',
      [24, 25],
    ],
    ['a day that was left out', '2011-12-29T10:00Z', '2011-12-31T10:00Z', 'DAY', 'Pacific/Apia', [24, 24]],
  ])('where clocks change: %s', (_name, start, end, size, zone, expected) => {
    expect(hours(start, end, size, zone)).toEqual(expected)
  })

  it('in few spans: a month of minutes is one, also when clocks change by whole buckets in it', () => {
    const month = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'] as const
    expect(spansOf(...month, 'MINUTE')).toHaveLength(1)
    expect(spansOf(...month, 'MINUTE', 'Europe/Berlin')).toHaveLength(1)
    expect([...partsOf(spansOf(...month, 'MINUTE', 'Europe/Berlin'))]).toHaveLength(31 * 24 * 60)
    expect(spansOf(...month, '6HOUR', 'Europe/Berlin').length).toBeLessThan(5)
  })

  it('so that the parts tile it, and begin where the local clock reads a multiple of the size', () => {
    const lengths = fc.integer({ min: 1, max: 40 * 86_400_000 })
    const sizes = fc.constantFrom(...bucketSizes.filter((size) => size !== 'MINUTE'))
    fc.assert(
      fc.property(grid, instant, lengths, sizes, ({ timeZone, anchor }, start, length, bucketSize) => {
        const window = { start, end: new Date(start.getTime() + length) }
        const parts = [...partsOf(usageSpans(window, { bucketSize, timeZone, monthAnchor: anchor }))]
        expect(parts[0]?.start).toEqual(window.start)
        expect(parts.at(-1)?.end).toEqual(window.end)
        for (const [index, part] of parts.entries()) {
          expect(part.end > part.start).toBe(true)
          if (index > 0) expect(part.start).toEqual(parts[index - 1]?.end)
        }
      }),
      { seed, numRuns: 500 },
    )
  })

  it('into days that begin as the calendar says, in every zone', () => {
    fc.assert(
      fc.property(grid, instant, ({ timeZone, anchor }, start) => {
        const window = { start, end: new Date(start.getTime() + 20 * 86_400_000) }
        const parts = [...partsOf(usageSpans(window, { bucketSize: 'DAY', timeZone, monthAnchor: anchor }))]
        for (const part of parts.slice(1)) {
          const local = toLocal(part.start, timeZone)
          expect(part.start.getTime()).toBe(local.startOfDay().epochMilliseconds)
        }
        const days = new Set(parts.map((part) => toLocal(part.start, timeZone).toPlainDate().toString()))
        expect(days.size).toBe(parts.length)
      }),
      { seed, numRuns: 500 },
    )
  })
})
