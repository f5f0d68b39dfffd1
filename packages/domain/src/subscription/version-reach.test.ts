import { describe, expect, test } from 'vitest'
import type { Grid } from '../time/grid.ts'
import { linesReached } from './subscription-lines.ts'
import {
  type Boundaries,
  type PriceVersion,
  reachedVersions,
  reachOf,
  versionsInTurn,
} from './version-reach.ts'

const utc = { period: 'MONTHLY', count: 1, timeZone: 'UTC' } as const
const at = (text: string) => new Date(text.length === 10 ? `${text}T00:00:00Z` : text)

/** The grid's anchor is the start unless told. */
function running(start: string, grid: Partial<Grid> = {}, trialEnd: string | null = null): Boundaries {
  return {
    since: at(start),
    trialEnd: trialEnd ? at(trialEnd) : null,
    grid: { ...utc, anchor: at(start), ...grid },
  }
}

const calendar = (start: string, timeZone: string, anchor: string) =>
  running(start, { timeZone, anchor: at(anchor) })

describe('a version that waits for the next period reaches a subscription', () => {
  test.each([
    ['monthly of the 5th', '2026-11-10T12:00:00Z', running('2026-01-05'), '2026-12-05'],
    ['of the 31st, in November: on the 30th', '2026-11-10', running('2026-01-31'), '2026-11-30'],
    ['of the 31st, in February', '2026-02-10', running('2026-01-31'), '2026-02-28'],
    ['of the 31st, in a February with a leap day', '2028-02-10', running('2028-01-31'), '2028-02-29'],
    [
      'annual of a leap day, in a year without',
      '2026-06-01',
      running('2024-02-29', { period: 'ANNUAL' }),
      '2027-02-28',
    ],
    [
      'annual of a leap day, in a year with one',
      '2027-06-01',
      running('2024-02-29', { period: 'ANNUAL' }),
      '2028-02-29',
    ],
    ['quarterly', '2026-11-10', running('2026-01-05', { period: 'QUARTERLY' }), '2027-01-05'],
    ['each two weeks', '2026-11-10', running('2026-11-02', { period: 'WEEKLY', count: 2 }), '2026-11-16'],
    // The 1st of December: 00:00 in London, 05:00 UTC in New York, the day before at 15:00 UTC in Tokyo.
    [
      'of the calendar in London',
      '2026-11-10',
      calendar('2026-09-10', 'Europe/London', '2026-10-01T00:00:00+01:00'),
      '2026-12-01',
    ],
    [
      'in New York',
      '2026-11-10',
      calendar('2026-09-10', 'America/New_York', '2026-10-01T00:00:00-04:00'),
      '2026-12-01T05:00:00Z',
    ],
    [
      'in Tokyo',
      '2026-11-10',
      calendar('2026-09-10', 'Asia/Tokyo', '2026-10-01T00:00:00+09:00'),
      '2026-11-30T15:00:00Z',
    ],
    [
      'in Kiritimati, fourteen hours ahead',
      '2026-11-10',
      calendar('2026-09-10', 'Pacific/Kiritimati', '2026-10-01T00:00:00+14:00'),
      '2026-11-30T10:00:00Z',
    ],
    // London is an hour ahead until 25 October 2026 and from 28 March 2027 on.
    [
      'over the end of summer time',
      '2026-10-10',
      calendar('2026-09-10', 'Europe/London', '2026-10-01T00:00:00+01:00'),
      '2026-11-01',
    ],
    [
      'over its beginning',
      '2027-03-10',
      calendar('2026-09-10', 'Europe/London', '2026-10-01T00:00:00+01:00'),
      '2027-03-31T23:00:00Z',
    ],
    [
      'at a wall time that is skipped, which moves forward',
      '2026-03-20',
      running('2026-02-08T07:30:00Z', {
        timeZone: 'America/New_York',
        anchor: at('2026-02-08T02:30:00-05:00'),
      }),
      '2026-04-08T02:30:00-04:00',
    ],
    ['at its very boundary: then', '2026-12-05', running('2026-01-05'), '2026-12-05'],
    ['a millisecond behind it: at the next', '2026-12-05T00:00:00.001Z', running('2026-01-05'), '2027-01-05'],
    [
      'of a short first period',
      '2026-11-10',
      running('2026-11-08', { anchor: at('2026-12-01') }),
      '2026-12-01',
    ],
  ])('%s', (_, start, of, reached) => {
    expect(reachOf({ start_date: at(start), waits_for: 'next_period' }, of)).toEqual(at(reached))
  })

  test('a skipped wall time itself is a boundary an hour on: 8 March at 02:30 in New York is 03:30', () => {
    const grid = { timeZone: 'America/New_York', anchor: at('2026-02-08T02:30:00-05:00') }
    const reached = reachOf(
      { start_date: at('2026-03-01'), waits_for: 'next_period' },
      running('2026-02-08T07:30:00Z', grid),
    )
    expect(reached).toEqual(at('2026-03-08T03:30:00-04:00'))
  })

  test.each([
    ['that begins with it', running('2026-11-10')],
    ['that begins later', running('2026-11-20')],
    ['that has a trial then', running('2026-11-01', { anchor: at('2026-11-15') }, '2026-11-15')],
    ['whose trial ends then', running('2026-11-01', { anchor: at('2026-11-10') }, '2026-11-10')],
  ])('at once where it is one %s', (_, of) => {
    expect(reachOf({ start_date: at('2026-11-10'), waits_for: 'next_period' }, of)).toEqual(at('2026-11-10'))
  })

  test('behind a trial as any other', () => {
    const of = running('2026-10-25', { anchor: at('2026-11-05') }, '2026-11-05')
    expect(reachOf({ start_date: at('2026-11-10'), waits_for: 'next_period' }, of)).toEqual(at('2026-12-05'))
  })
})

type Told = readonly [start: string, waits: 'now' | 'next', end?: string]

/** A chain by its versions' starts, each ended by the next one. */
function chain(...told: readonly Told[]): PriceVersion[] {
  return told.map(
    (
      [start, waits, end = told[told.findIndex((one) => one[0] === start && one[1] === waits) + 1]?.[0]],
      place,
    ) => ({
      id: `v${place + 1}`,
      root_price_id: 'v1',
      start_date: at(start),
      end_date: end === undefined ? null : at(end),
      waits_for: waits === 'next' ? 'next_period' : null,
    }),
  )
}

describe('the versions of a chain in a subscription of the 5th', () => {
  test.each<[string, PriceVersion[], string]>([
    ['one that waits', chain(['2026-01-01', 'now'], ['2026-11-10', 'next']), 'v1 01-01–12-05, v2 12-05–'],
    [
      'then one at once before the boundary: the one that waits is passed over',
      chain(['2026-01-01', 'now'], ['2026-11-10', 'next'], ['2026-11-20', 'now']),
      'v1 01-01–11-20, v2 –, v3 11-20–',
    ],
    [
      'then one at once behind it',
      chain(['2026-01-01', 'now'], ['2026-11-10', 'next'], ['2026-12-20', 'now']),
      'v1 01-01–12-05, v2 12-05–12-20, v3 12-20–',
    ],
    [
      'two that wait for one boundary: the second alone comes',
      chain(['2026-01-01', 'now'], ['2026-11-10', 'next'], ['2026-11-20', 'next']),
      'v1 01-01–12-05, v2 –, v3 12-05–',
    ],
    [
      'two that wait for two',
      chain(['2026-01-01', 'now'], ['2026-10-10', 'next'], ['2026-11-10', 'next']),
      'v1 01-01–11-05, v2 11-05–12-05, v3 12-05–',
    ],
    [
      'one at once, then one that waits',
      chain(['2026-01-01', 'now'], ['2026-11-10', 'now'], ['2026-11-20', 'next']),
      'v1 01-01–11-10, v2 11-10–12-05, v3 12-05–',
    ],
    [
      'three that wait, then one at once: the first stays until then',
      chain(['2026-01-01', 'now'], ['2026-11-06', 'next'], ['2026-11-07', 'next'], ['2026-11-08', 'now']),
      'v1 01-01–11-08, v2 –, v3 –, v4 11-08–',
    ],
    [
      'one that waits, and the chain ends before it comes',
      chain(['2026-01-01', 'now'], ['2026-11-10', 'next', '2026-11-20']),
      'v1 01-01–11-20, v2 –',
    ],
    [
      'one that waits, and the chain ends behind it',
      chain(['2026-01-01', 'now'], ['2026-11-10', 'next', '2026-12-20']),
      'v1 01-01–12-05, v2 12-05–12-20',
    ],
  ])('%s', (_, versions, wanted) => {
    const seen = reachedVersions(versions, running('2026-01-05'))
    const words = seen.map(({ id, start_date, end_date }) => {
      const [start, end] = [start_date, end_date].map((one) => one?.toISOString().slice(5, 10) ?? '')
      return end_date && end_date <= start_date ? `${id} –` : `${id} ${start}–${end}`
    })
    expect(words.join(', ')).toBe(wanted)
  })

  test('chains in which nothing waits are as they were, beside one in which something does', () => {
    const others = chain(['2026-01-01', 'now']).map((one) => ({
      ...one,
      id: 'other',
      root_price_id: 'other',
    }))
    const versions = [...others, ...chain(['2026-01-01', 'now'], ['2026-11-10', 'next'])]
    expect(reachedVersions(versions, running('2026-01-05'))[0]).toBe(others[0])
  })

  test('a sync looks at the last version and, as far as they wait, at those before it', () => {
    const versions = chain(
      ['2026-01-01', 'now'],
      ['2026-10-01', 'now'],
      ['2026-11-10', 'next'],
      ['2026-11-12', 'next'],
    )
    const inTurn = versions.map((last) => versionsInTurn(versions, last).map(({ id }) => id))
    expect(inTurn).toEqual([['v1'], ['v2'], ['v2', 'v3'], ['v2', 'v3', 'v4']])
  })
})

describe('a subscription that is made after the edit of 10 November', () => {
  const versions = chain(['2026-01-01', 'now'], ['2026-11-10', 'next']).map((version) => ({
    ...version,
    currency: 'usd',
    billing_period: 'MONTHLY' as const,
    billing_period_count: 1,
  }))
  test.each([
    ['has the new price at once', '2026-11-12', 'v2 2026-11-12'],
    [
      'with a start in the past, has run then: the new one from its boundary on',
      '2026-11-03',
      'v1 2026-11-03, v2 2026-12-03',
    ],
  ])('%s', (_, start, wanted) => {
    const terms = { currency: 'usd', period: 'MONTHLY', count: 1, start: at(start) } as const
    const lines = linesReached(terms, versions, running(start))
    expect(
      lines.map(({ price, start: from }) => `${price.id} ${from.toISOString().slice(0, 10)}`).join(', '),
    ).toBe(wanted)
    expect(lines.every(({ price }) => versions.includes(price))).toBe(true)
  })
})
