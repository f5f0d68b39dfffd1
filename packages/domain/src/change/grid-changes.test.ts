import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CycleCharge, CycleLine } from '../cycle/cycle.ts'
import { planCycle } from '../cycle/plan-cycle.ts'
import { rateCycle } from '../cycle/rate-cycle.ts'
import { formatDecimal, sumDecimals, zero } from '../money/decimal.ts'
import { answerQuestions, type TestEvent } from '../testing/answer-questions.ts'
import { billed, coming, factsOf, running, target } from '../testing/changed-subscription.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { line as usageLine } from '../testing/usage-cycle.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import { earlier, type Period } from '../time/period.ts'
import { periodAt } from '../time/period-at.ts'
import type { BilledTime, RunningLine } from './change.ts'
import { gridChange, linesOnGrid } from './grid-change.ts'
import { planChange } from './plan-change.ts'
import type { TargetPrice } from './plan-moves.ts'

const start = new Date('2026-01-15T00:00:00Z')
const dayMs = 86_400_000
const daysMax = 400
const at = (day: number) => new Date(start.getTime() + day * dayMs)
const first: Grid = { anchor: start, period: 'MONTHLY', count: 1, timeZone: 'Europe/Berlin' }

/** Of each period a price in advance and one in arrears, of 1000 each, and a call at 1. */
function pricesOf({ period, count }: Pick<Grid, 'period' | 'count'>, plan: number): TargetPrice[] {
  const terms = { billing_period: period, billing_period_count: count, amount: '1000' } as const
  const used = usageLine({ terms: { ...terms, amount: '1' } })
  return [
    target(`advance ${plan}`, terms),
    target(`arrear ${plan}`, { ...terms, invoice_cadence: 'ARREAR' }),
    { ...target(`usage ${plan}`, { ...terms, ...used.terms }), terms: used.terms, metering: used.metering },
  ]
}

interface World {
  grid: Grid
  period: Period
  lines: RunningLine[]
  readonly bills: BilledTime[]
  readonly charges: CycleCharge<CycleLine>[]
  drawn: number
}

/** Bills as a billing run does, on the grids that its lines are on. */
function charge(
  { lines, charges, bills }: World,
  cycle: { grid: Grid; closes: Period | null; opens: Period | null },
  events: readonly TestEvent[],
): void {
  const of = { ...cycle, start, prorationBehavior: 'create_prorations', externalCustomerId: 'acme' } as const
  const plan = planCycle(of, lines)
  keep(rateCycle(plan, answerQuestions(plan.questions, events)), { charges, bills })
}

function keep(
  made: readonly CycleCharge<CycleLine>[],
  { charges, bills }: Pick<World, 'charges' | 'bills'>,
): void {
  for (const one of made) {
    charges.push(one)
    if (one.line.terms.invoice_cadence !== 'ADVANCE') continue
    const { span, amount } = one
    bills.push(billed(one.line.id, formatDecimal(amount), { id: `bill ${bills.length}`, span }))
  }
}

function billUntil(world: World, until: Date, events: readonly TestEvent[]): void {
  while (world.period.end <= until) {
    const opens = periodAt(world.grid, { start }, world.period.end)
    if (!opens) throw new Error('it goes on for ever')
    charge(world, { grid: world.grid, closes: world.period, opens }, events)
    world.period = opens
  }
}

/** Makes a change as the database does: lines leave the old grid, what is open of it is billed, the new one begins. */
function move(
  world: World,
  wish: Pick<Grid, 'period' | 'count'> & { isCalendar: boolean },
  instant: Date,
  events: readonly TestEvent[],
  plan: number,
): void {
  const { grid: old, period: closed } = world
  const facts = factsOf(world.lines, world.bills, {
    cycle: { grid: old, start, prorationBehavior: 'create_prorations', externalCustomerId: 'acme' },
    period: closed,
    newLineId: () => `line ${++world.drawn}`,
  })
  const change = gridChange(
    facts,
    { ...wish, billingCycle: wish.isCalendar ? 'calendar' : 'anniversary', anchor: null },
    instant,
  )
  const request = {
    kind: 'plan_change',
    behavior: 'create_prorations',
    prices: pricesOf(wish, plan),
    make: coming,
    gridChange: change,
  } as const
  const planned = planChange(facts, request, instant)
  for (const credit of planned.credits) {
    const index = world.bills.findIndex(({ id }) => id === credit.billed.id)
    const bill = world.bills[index]
    if (!bill) throw new Error('what is credited was billed')
    world.bills[index] = {
      ...bill,
      credited: bill.credited.plus(credit.amount),
      creditedFrom: credit.span.start,
    }
  }
  const ends = new Map(planned.closed.map(({ line, at: end }) => [line.id, end]))
  const onGrid = new Set(linesOnGrid(facts).map(({ id }) => id))
  const formerGrid = { anchor: old.anchor, period: old.period, count: old.count, until: instant }
  const opened = new Set(planned.opened.map(({ id }) => id))
  world.lines = [
    ...world.lines
      .filter(({ id }) => !opened.has(id))
      .map((line) => ({
        ...line,
        end: ends.get(line.id) ?? line.end,
        ...(onGrid.has(line.id) ? { formerGrid } : {}),
      })),
    ...planned.opened,
  ]
  if (closed.start < instant)
    charge(world, { grid: old, closes: { start: closed.start, end: instant }, opens: null }, events)
  keep(planned.charges, world)
  Object.assign(world, { grid: change.grid, period: change.period })
}

/** 1000 for each interval of the grids that were at work, by its share. */
function dueUntil(spans: readonly { grid: Grid; from: Date; until: Date }[]): number {
  return spans.reduce((sum, { grid, from, until }) => {
    let part = 0
    for (let now = from; now < until; ) {
      const interval = gridIntervalAt(grid, now)
      const end = earlier(interval.end, until)
      part += (end.getTime() - now.getTime()) / (interval.end.getTime() - interval.start.getTime())
      now = end
    }
    return sum + 1000 * part
  }, 0)
}

const wish = fc.record({
  day: fc.nat(daysMax * 4),
  period: fc.constantFrom('MONTHLY' as const, 'ANNUAL' as const, 'WEEKLY' as const, 'QUARTERLY' as const),
  count: fc.integer({ min: 1, max: 2 }),
  isCalendar: fc.boolean(),
})
const days = fc.array(fc.nat(daysMax * 4 - 1), { maxLength: 30 })

test('whatever periods follow one another, each call is billed once, each instant is paid for once in advance and in arrears', () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 6 }), days, (wishes, calls) => {
      const events = calls.map((day): TestEvent => ({ at: at(day / 4), value: '1' }))
      const prices = pricesOf(first, 0)
      const lines = prices.map((price) => running(price, { start }))
      const period = periodAt(first, { start }, start)
      if (!period) throw new Error('it begins')
      const world: World = { grid: first, period, lines, bills: [], charges: [], drawn: 0 }
      charge(world, { grid: first, closes: null, opens: period }, events)
      const spans: { grid: Grid; from: Date; until: Date }[] = []
      let from = start
      for (const [index, one] of wishes.toSorted((left, right) => left.day - right.day).entries()) {
        const instant = at(one.day / 4)
        billUntil(world, instant, events)
        spans.push({ grid: world.grid, from, until: instant })
        move(world, one, instant, events, index + 1)
        from = instant
      }
      const end = new Date(at(daysMax).getTime() + 800 * dayMs)
      billUntil(world, end, events)
      const closed = [...spans, { grid: world.grid, from, until: world.period.start }]
      const ofUsage = world.charges.filter(({ line }) => line.terms.type === 'USAGE')
      expect(formatDecimal(sumDecimals(ofUsage.map(({ amount }) => amount)))).toBe(String(calls.length))
      const ofArrear = world.charges.filter(
        ({ line: { terms } }) => terms.type === 'FIXED' && terms.invoice_cadence === 'ARREAR',
      )
      const arrear = Number(formatDecimal(sumDecimals(ofArrear.map(({ amount }) => amount))))
      // Each change rounds a few lines.
      expect(Math.abs(arrear - dueUntil(closed))).toBeLessThan(0.05 * (wishes.length + 1))
      for (const { billed: amount, credited } of world.bills) {
        expect(credited.lte(amount) && !credited.lt(zero)).toBe(true)
      }
      const paid = Number(
        formatDecimal(sumDecimals(world.bills.map((bill) => bill.billed.minus(bill.credited)))),
      )
      const advanced = dueUntil([...spans, { grid: world.grid, from, until: world.period.end }])
      expect(Math.abs(paid - advanced)).toBeLessThan(0.05 * (wishes.length + 1))
      expect(world.lines.every(({ quantity }) => quantity.eq(dec('1')))).toBe(true)
    }),
    { seed: 20_261_151, numRuns: 150 },
  )
})
