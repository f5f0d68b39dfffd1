import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Decimal, formatDecimal, sumDecimals, zero } from '../money/decimal.ts'
import { billed, coming, factsOf, june, running, target } from '../testing/changed-subscription.ts'
import { dec } from '../testing/price-arbitrary.ts'
import type { BilledTime, OpenedLine, RunningLine } from './change.ts'
import type { TargetPrice } from './index.ts'
import { netCredits } from './net-credits.ts'
import { planChange } from './plan-change.ts'

const seed = 20_261_143
const hourMs = 3_600_000
const hours = (june.end.getTime() - june.start.getTime()) / hourMs
const plans = ['30', '90', '0.07', '1234.56'].map((amount, index) => target(`p${index}`, { amount }))
const planOf = (index: number) => plans[index % plans.length] ?? target('none')

interface History {
  readonly lines: readonly RunningLine[]
  readonly bills: readonly BilledTime[]
  readonly drawn: number
}

const begin = (start: Date): History => {
  const line = running(planOf(0), { start })
  return { lines: [line], bills: [billed(line.id, '30', { span: { start, end: june.end } })], drawn: 0 }
}

/** Makes a change, and keeps what it has made of lines and bills, as the database does. */
function take(before: History, plan: number | TargetPrice, at: Date) {
  let { drawn } = before
  const facts = factsOf(before.lines, before.bills, { newLineId: () => `line_${++drawn}` })
  const request = {
    kind: 'plan_change',
    behavior: 'create_prorations',
    prices: [typeof plan === 'number' ? planOf(plan) : plan],
    make: coming,
  } as const
  const change = planChange(facts, request, at)
  const closed = new Map(change.closed.map(({ line, at: end }) => [line.id, end]))
  const opened = new Map<string, OpenedLine<RunningLine>>(change.opened.map((line) => [line.id, line]))
  const kept = before.lines.filter(({ id }) => !opened.has(id))
  const lines = [
    ...kept.map((line) => ({ ...line, end: closed.get(line.id) ?? line.end })),
    ...opened.values(),
  ]
  const credited = new Map(change.credits.map((credit) => [credit.billed.id, credit]))
  const bills = before.bills.map((bill) => {
    const credit = credited.get(bill.id)
    if (!credit) return bill
    const [sum, ofChanges] = [bill.credited, bill.creditedByChanges].map((one) => one.plus(credit.amount))
    return {
      ...bill,
      credited: sum ?? zero,
      creditedByChanges: ofChanges ?? zero,
      creditedFrom: credit.span.start,
    }
  })
  const charged = change.charges.map(({ line, amount, span }, index) =>
    billed(line.id, formatDecimal(amount), {
      id: `charge_${bills.length + index}`,
      priceId: line.price.id,
      span,
    }),
  )
  return { change, after: { lines, bills: [...bills, ...charged], drawn } }
}

const owed = ({ bills }: History): Decimal =>
  sumDecimals(bills.map(({ billed: amount, credited }) => amount.minus(credited)))

const step = fc.record({ plan: fc.nat(3), hour: fc.nat(hours - 1) })
const steps = fc
  .array(step, { minLength: 1, maxLength: 10 })
  .map((some) => some.toSorted((left, right) => left.hour - right.hour))

test('whatever changes follow one another in a period, each instant is billed once, and nothing comes back twice', () => {
  fc.assert(
    fc.property(steps, (some) => {
      let history = begin(june.start)
      let plan = 0
      let from = 0
      let exact = 0
      for (const { plan: next, hour } of some) {
        if (next === plan) continue
        exact += (Number(planOf(plan).terms.amount) * (hour - from)) / hours
        const at = new Date(june.start.getTime() + hour * hourMs)
        history = take(history, next, at).after
        for (const { billed: amount, credited } of history.bills) {
          expect(credited.lte(amount) && !credited.lt(zero)).toBe(true)
        }
        plan = next
        from = hour
      }
      exact += (Number(planOf(plan).terms.amount) * (hours - from)) / hours
      // Each change rounds a credit and a charge.
      expect(Math.abs(Number(formatDecimal(owed(history))) - exact)).toBeLessThan(0.01 * (some.length + 1))
    }),
    { seed, numRuns: 500 },
  )
})

test('a change and its reverse at one instant cost nothing, however often, in a short period that was billed whole too', () => {
  fc.assert(
    fc.property(
      fc.nat(hours - 2),
      fc.nat(hours - 1),
      fc.nat(2),
      fc.integer({ min: 1, max: 3 }),
      (start, hour, plan, times) => {
        fc.pre(hour >= start)
        const at = new Date(june.start.getTime() + hour * hourMs)
        let history = begin(new Date(june.start.getTime() + start * hourMs))
        const before = formatDecimal(owed(history))
        for (let time = 0; time < times; time++) {
          history = take(take(history, plan + 1, at).after, 0, at).after
          expect(formatDecimal(owed(history))).toBe(before)
        }
      },
    ),
    { seed, numRuns: 300 },
  )
})

test('it does so to the cent where a part of a cent was rounded away, and where a note has taken some of it back, or all', () => {
  const whole = target('thirds', { amount: '1.5333' })
  fc.assert(
    fc.property(fc.nat(hours - 2), fc.nat(hours - 1), fc.nat(153), (start, hour, noted) => {
      fc.pre(hour >= start)
      const at = new Date(june.start.getTime() + hour * hourMs)
      const line = running(whole, { start: new Date(june.start.getTime() + start * hourMs) })
      const amount = Math.round((153.33 * (hours - start)) / hours) / 100
      fc.pre(noted / 100 <= amount)
      const bill = billed(line.id, String(amount), {
        span: { start: line.start, end: june.end },
        credited: dec(String(noted / 100)),
        creditedByChanges: zero,
      })
      const history = { lines: [line], bills: [bill], drawn: 0 }
      const before = formatDecimal(owed(history))
      const there = take(history, 1, at).after
      expect(formatDecimal(owed(take(there, whole, at).after))).toBe(before)
    }),
    { seed, numRuns: 300 },
  )
})

test('what is netted and what goes back are together what is credited, and no more is netted than is charged', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { maxLength: 5 }), fc.nat(1_000), (amounts, charged) => {
      const credits = amounts.map((amount) => ({
        billed: billed('line', '1'),
        span: june,
        amount: dec(`${amount}`),
      }))
      const netted = netCredits(credits, dec(`${charged}`))
      for (const { credit, netted: part, left } of netted) {
        expect(formatDecimal(part.plus(left))).toBe(formatDecimal(credit.amount))
      }
      const all = amounts.reduce((sum, amount) => sum + amount, 0)
      const sum = sumDecimals(netted.map((one) => one.netted))
      expect(formatDecimal(sum)).toBe(String(Math.min(all, charged)))
    }),
    { seed, numRuns: 200 },
  )
})
