import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  compareDecimals,
  readDecimal as dec,
  formatDecimal,
  isRounded,
  sumDecimals,
} from '../money/decimal.ts'
import { grid as anyGrid, instant } from '../testing/grid-arbitrary.ts'
import { gridIntervalAt } from '../time/grid.ts'
import {
  type DueGrant,
  firstDueAt,
  firstGrantAt,
  type GrantedSubscription,
  type GrantTerms,
  grantDueAt,
  grantProblems,
} from './credit-grant.ts'

const day = (text: string) => new Date(`${text}T00:00:00Z`)
const monthly: GrantedSubscription = {
  grid: { anchor: day('2026-01-31'), period: 'MONTHLY', count: 1, timeZone: 'UTC' },
  start: day('2026-01-31'),
  end: null,
  trialEnd: null,
}
const terms: GrantTerms = {
  credits: dec('10'),
  every: { period: 'MONTHLY', count: 1 },
  prorates: true,
  start: null,
  end: null,
  expiry: { type: 'NEVER' },
}

const [every31st, onceOnly] = [terms, { ...terms, every: null }]
const yearly = { ...terms, every: { period: 'ANNUAL', count: 1 } } as const
/** Since 31 January, billed here from 30 June on. */
const moved = { ...monthly, billFrom: day('2026-06-30') }

it.each<[string, GrantTerms, string | null]>([
  ['each month: with the first month that is billed here', every31st, '2026-06-30'],
  ['each year: with the year that begins next', yearly, '2027-01-31'],
  ['each month, from a later start on: with that', { ...every31st, start: day('2026-07-10') }, '2026-07-10'],
  ['once, at the start: never', onceOnly, null],
  ['once, later', { ...onceOnly, start: day('2026-06-30') }, '2026-06-30'],
])('what another system has given is not given again: %s', (_, grant, first) => {
  expect(firstDueAt(grant, moved)).toEqual(first && day(first))
  expect(firstDueAt(grant, { ...moved, billFrom: null })).toEqual(grant.start ?? moved.start)
})

/** Each that falls due, one after the other, as the billing run goes from one to the next. */
function dues(grant: GrantTerms, subscription: GrantedSubscription, max: number): DueGrant[] {
  const found: DueGrant[] = []
  let at: Date | null = firstGrantAt(grant, subscription)
  while (at !== null && found.length < max) {
    const due: DueGrant | undefined = grantDueAt(grant, subscription, at)
    if (due === undefined) break
    found.push(due)
    at = due.period.end
  }
  return found
}
const told = (some: readonly DueGrant[]) =>
  some.map(
    ({ period: { start }, credits }) => `${start.toISOString().slice(0, 10)} ${formatDecimal(credits)}`,
  )

describe('a recurring grant', () => {
  it('falls due at each point of the subscription’s grid, from the anchor, not from the last point', () => {
    expect(told(dues(terms, monthly, 4))).toEqual([
      '2026-01-31 10',
      '2026-02-28 10',
      '2026-03-31 10',
      '2026-04-30 10',
    ])
  })

  it('has a period of its own, longer or shorter than the subscription’s', () => {
    const yearly = { ...terms, every: { period: 'ANNUAL', count: 1 } } as const
    expect(told(dues(yearly, monthly, 2))).toEqual(['2026-01-31 10', '2027-01-31 10'])
    const weekly = { ...terms, every: { period: 'WEEKLY', count: 2 } } as const
    expect(told(dues(weekly, monthly, 2))).toEqual(['2026-01-31 10', '2026-02-14 10'])
  })

  it('gives of a period that a start or an end cuts short its share of the whole interval, or all of it', () => {
    const short = { ...monthly, start: day('2026-02-14'), end: day('2026-03-10') }
    expect(told(dues(terms, short, 9))).toEqual(['2026-02-14 5', '2026-02-28 3.22580645'])
    expect(told(dues({ ...terms, prorates: false }, short, 9))).toEqual(['2026-02-14 10', '2026-02-28 10'])
  })

  it('lies within its own start and end', () => {
    const within = { ...terms, start: day('2026-02-28'), end: day('2026-04-30') }
    expect(told(dues(within, monthly, 9))).toEqual(['2026-02-28 10', '2026-03-31 10'])
  })

  it('goes on where it ended when its end is moved: nothing is given twice', () => {
    const ended = dues({ ...terms, end: day('2026-02-14') }, monthly, 9)
    const moved = grantDueAt(terms, monthly, ended[0]?.period.end ?? day('1970-01-01'))
    expect(told(ended)).toEqual(['2026-01-31 5'])
    expect(told(moved ? [moved] : [])).toEqual(['2026-02-14 5'])
  })
})

test('a grant that comes once comes at the start, whole', () => {
  const once = { ...terms, every: null }
  const [due, ...more] = dues(once, { ...monthly, start: day('2026-02-14') }, 9)
  expect(due).toMatchObject({ period: { start: day('2026-02-14'), end: null }, expiresAt: null })
  expect(more).toEqual([])
  expect(dues({ ...once, end: day('2026-01-31') }, monthly, 9)).toEqual([])
})

describe('granted credits expire', () => {
  const expiry = (of: GrantTerms['expiry'], subscription = monthly, at = day('2026-02-28')) =>
    grantDueAt({ ...terms, expiry: of }, subscription, at)?.expiresAt

  it('never, or after a duration of the local calendar', () => {
    expect(expiry({ type: 'NEVER' })).toBeNull()
    expect(expiry({ type: 'DURATION', unit: 'DAY', count: 10 })).toEqual(day('2026-03-10'))
    expect(expiry({ type: 'DURATION', unit: 'MONTH', count: 1 }, monthly, day('2026-01-31'))).toEqual(
      day('2026-02-28'),
    )
    const berlin = { ...monthly, grid: { ...monthly.grid, timeZone: 'Europe/Berlin' } }
    expect(expiry({ type: 'DURATION', unit: 'MONTH', count: 2 }, berlin)).toEqual(
      new Date('2026-04-27T23:00:00Z'),
    )
  })

  it('with the billing cycle: the subscription’s, not the grant’s; of a trial with the trial; at the end with the end', () => {
    expect(expiry({ type: 'BILLING_CYCLE' })).toEqual(day('2026-03-31'))
    expect(expiry({ type: 'BILLING_CYCLE' }, { ...monthly, end: day('2026-03-05') })).toEqual(
      day('2026-03-05'),
    )
    const trial = { ...monthly, start: day('2026-02-20'), trialEnd: day('2026-03-02') }
    expect(expiry({ type: 'BILLING_CYCLE' }, trial, day('2026-02-20'))).toEqual(day('2026-03-02'))
  })
})

const anySubscription: fc.Arbitrary<GrantedSubscription> = fc
  .record({ grid: anyGrid, start: instant, days: fc.option(fc.integer({ min: 1, max: 4_000 })) })
  .map(({ grid, start, days }) => ({
    ...{ grid, start, trialEnd: null },
    end: days === null ? null : new Date(start.getTime() + days * 86_400_000),
  }))

test('whatever the grid, periods of a grant follow one another without gap or overlap, never give more than the grant, and of one interval together exactly it', () => {
  fc.assert(
    fc.property(anySubscription, anyGrid, fc.option(instant), (subscription, { period, count }, end) => {
      const grant: GrantTerms = { ...terms, every: { period, count }, end, expiry: { type: 'BILLING_CYCLE' } }
      const found = dues(grant, subscription, 5)
      for (const [index, { period: one, credits, expiresAt }] of found.entries()) {
        expect(one.end !== null && one.start < one.end).toBe(true)
        expect(one.start).toEqual(index === 0 ? subscription.start : found[index - 1]?.period.end)
        expect(compareDecimals(credits, grant.credits)).toBeLessThanOrEqual(0)
        expect(isRounded(credits, 8)).toBe(true)
        expect(expiresAt !== null && expiresAt > one.start).toBe(true)
      }
    }),
  )
})

test('an interval that is cut in two gives its credits, to less than a part of a credit', () => {
  fc.assert(
    fc.property(anySubscription, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (subscription, share) => {
      const whole = gridIntervalAt(subscription.grid, subscription.start)
      const cut = new Date(
        Math.floor(whole.start.getTime() + (whole.end.getTime() - whole.start.getTime()) * share),
      )
      fc.pre(cut > whole.start && cut < whole.end)
      const every = { period: subscription.grid.period, count: subscription.grid.count }
      const all = { ...subscription, start: whole.start, end: null }
      const parts = [
        grantDueAt({ ...terms, every, end: cut }, all, whole.start),
        grantDueAt({ ...terms, every }, all, cut),
      ].map((due) => due?.credits ?? dec('0'))
      const off = sumDecimals([...parts, dec('-10')]).abs()
      expect(compareDecimals(off, dec('0.00000001'))).toBeLessThanOrEqual(0)
    }),
  )
})

test.each([
  ['a period where it comes once', { cadence: 'ONETIME', period: 'MONTHLY' }, ['period']],
  ['no period where it recurs', { cadence: 'RECURRING' }, ['period']],
  [
    'a duration without its unit',
    { cadence: 'ONETIME', expiration_type: 'DURATION', expiration_duration: 1 },
    ['expiration_duration_unit'],
  ],
  [
    'a duration with another expiry',
    { cadence: 'ONETIME', expiration_type: 'NEVER', expiration_duration: 1, expiration_duration_unit: 'DAY' },
    ['expiration_duration', 'expiration_duration_unit'],
  ],
  [
    'an end at the start',
    { cadence: 'ONETIME', start_date: day('2026-01-01'), end_date: day('2026-01-01') },
    ['end_date'],
  ],
  ['nothing that is wrong', { cadence: 'RECURRING', period: 'DAILY', period_count: 2 }, []],
] as const)('told by field: %s', (_, asked, paths) => {
  expect(grantProblems(asked).map(({ path }) => path)).toEqual(paths)
})
