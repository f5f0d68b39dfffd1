import { describe, expect, it } from 'vitest'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import { billFromProblem } from './bill-from.ts'
import { type ScheduleTerms, scheduleOf } from './schedule.ts'

/** Months from the 15th, since January. */
const start = day('2026-01-15')
const end = day('2026-12-01')
const months = { ...grid, anchor: start }
const terms: ScheduleTerms = {
  ...{ start, period: 'MONTHLY', count: 1, timeZone: 'UTC', billingCycle: 'anniversary', trialDays: 0 },
}

describe('where billing begins of a subscription that comes from elsewhere', () => {
  it.each<[string, string, string | undefined]>([
    ['its start', '2026-01-15', undefined],
    ['a point of its grid', '2026-06-15', undefined],
    ['no point of its grid', '2026-06-16', 'as 2026-06-15T00:00:00.000Z or 2026-07-15T00:00:00.000Z'],
    ['a point before its start', '2025-12-15', 'must not be before the start'],
    ['its end, which is no point', '2026-12-01', 'must be before the end'],
    ['a point after its end', '2027-01-15', 'must be before the end'],
  ])('is %s: %s', (_, at, problem) => {
    const found = billFromProblem(day(at), { grid: months, lifetime: { start, end } })
    expect(found?.message ?? '').toContain(problem ?? '')
    expect(found?.path).toBe(problem && 'bill_from')
  })

  it.each([
    [
      'has passed: the period from there on is the current one, and cycles catch up',
      '2026-06-15',
      '2026-08-20',
      '2026-06-15',
      '2026-07-15',
    ],
    ['is now: the period begins', '2026-06-15', '2026-06-15', '2026-06-15', '2026-07-15'],
    [
      'lies ahead: the period of now is the current one',
      '2026-08-15',
      '2026-06-20',
      '2026-06-15',
      '2026-07-15',
    ],
    [
      'lies ahead of a start that does: the first one',
      '2026-06-15',
      '2025-12-01',
      '2026-01-15',
      '2026-02-15',
    ],
  ])('%s', (_, from, now, periodStart, periodEnd) => {
    const { currentPeriod, firstPaidPeriod } = scheduleOf({ ...terms, billFrom: day(from) }, day(now))
    expect(currentPeriod).toEqual({ start: day(periodStart), end: day(periodEnd) })
    expect(firstPaidPeriod?.start).toEqual(day(from))
  })
})

/** March to May; billed from April on. A fee of 30 in advance, one of 20 in arrears, and 99 once. */
const cycle = {
  ...{ grid, start: day('2026-03-01'), billFrom: day('2026-04-01'), externalCustomerId: null },
  prorationBehavior: 'none',
} as const
const lines = [
  line({ start: cycle.start, id: 'advance', chain: 'advance' }),
  line({ start: cycle.start, id: 'arrear', chain: 'arrear' }, { invoice_cadence: 'ARREAR', amount: '20' }),
  line({ start: cycle.start, id: 'once', chain: 'once' }, { billing_period: 'ONETIME', amount: '99' }),
]

describe('what lies before counts as billed:', () => {
  const march = { start: day('2026-03-01'), end: cycle.billFrom }
  const april = { start: cycle.billFrom, end: day('2026-05-01') }
  const may = { start: april.end, end: day('2026-06-01') }

  it('an opening there bills its ADVANCE, and nothing that came once before', () => {
    expect(bills({ ...cycle, closes: null, opens: april }, ...lines)).toEqual(['30 2026-04-01 2026-05-01'])
  })
  it('an opening before it bills nothing', () => {
    expect(bills({ ...cycle, closes: null, opens: march }, ...lines)).toEqual([])
  })
  it('the cycle that ends there bills the ADVANCE of what begins, and no ARREAR', () => {
    expect(bills({ ...cycle, closes: march, opens: april }, ...lines)).toEqual(['30 2026-04-01 2026-05-01'])
  })
  it('the one after it bills as any other', () => {
    const charges = ['30 2026-05-01 2026-06-01', '20 2026-04-01 2026-05-01']
    expect(bills({ ...cycle, closes: april, opens: may }, ...lines)).toEqual(charges)
  })
})
