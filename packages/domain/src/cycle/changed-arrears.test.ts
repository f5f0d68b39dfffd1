import { expect, test } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import type { Cycle } from './cycle.ts'
import { createCyclePlanner } from './plan-alike.ts'
import { rateCycle } from './rate-cycle.ts'

const arrear = { invoice_cadence: 'ARREAR' } as const
/** Closes June, 30 days. */
const cycle: Cycle = {
  grid,
  start: day('2026-05-01'),
  prorationBehavior: 'none',
  externalCustomerId: null,
  closes: { start: day('2026-06-01'), end: day('2026-07-01') },
  opens: null,
}
const since = { start: day('2026-05-01') }

test('a fee in arrears that a change ends or begins inside a period bills its share of it, also without proration', () => {
  const goes = line({ ...since, id: 'a', chain: 'a', end: day('2026-06-11'), goesByChange: true }, arrear)
  const comes = line(
    { id: 'b', chain: 'b', start: day('2026-06-11'), comesByChange: true },
    { ...arrear, amount: '60' },
  )
  // 10 of 30 days of 30, and 20 of 60.
  expect(bills(cycle, goes, comes)).toEqual(['10 2026-06-01 2026-06-11', '40 2026-06-11 2026-07-01'])
})

test('an earlier line of its chain in the period does, too: each instant of the chain bills once', () => {
  const edited = line({ ...since, id: 'a', chain: 'a', end: day('2026-06-04') }, arrear)
  const goes = line(
    { id: 'b', chain: 'a', start: day('2026-06-04'), end: day('2026-06-11'), goesByChange: true },
    { ...arrear, amount: '60' },
  )
  expect(bills(cycle, edited, goes)).toEqual(['3 2026-06-01 2026-06-04', '14 2026-06-04 2026-06-11'])
})

test('at a boundary a change parts nothing, and in periods after it the line bills whole', () => {
  const goes = line({ ...since, id: 'a', chain: 'a', end: day('2026-07-01'), goesByChange: true }, arrear)
  const came = line(
    { id: 'b', chain: 'b', start: day('2026-05-11'), comesByChange: true },
    { ...arrear, amount: '60' },
  )
  expect(bills(cycle, goes, came)).toEqual(['30 2026-06-01 2026-07-01', '60 2026-06-01 2026-07-01'])
})

test('a line that is carried on bills as one with the line that carries it', () => {
  const carried = line({ ...since, id: 'a', chain: 'a', end: day('2026-06-11') }, arrear)
  const carries = line({ id: 'b', chain: 'a', start: day('2026-06-11') }, arrear)
  expect(bills(cycle, carried, carries)).toEqual(['30 2026-06-01 2026-07-01'])
})

test('planned beside one whose line a user ended then, it is no less parted', () => {
  const plan = createCyclePlanner()
  const ends = { ...since, id: 'a', chain: 'a', end: day('2026-06-11') }
  const terms = line({}, arrear).terms
  const bill = (goesByChange: boolean) =>
    rateCycle(plan(cycle, [{ ...line({ ...ends, goesByChange }), terms }]), []).map(({ amount }) =>
      formatDecimal(amount),
    )
  expect([bill(false), bill(true), bill(false)]).toEqual([['30'], ['10'], ['30']])
})
