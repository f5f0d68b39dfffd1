import { describe, expect, test } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import type { ProrationBehavior } from '../subscription/proration.ts'
import { billed, coming, day, factsOf, running, target } from '../testing/changed-subscription.ts'
import { dec } from '../testing/price-arbitrary.ts'
import type { ChangeFacts, RunningLine } from './change.ts'
import { creditExplanation, recomputeCredit } from './credit-explanation.ts'
import { netCredits } from './net-credits.ts'
import { planChange } from './plan-change.ts'
import type { TargetPrice } from './plan-moves.ts'

/** What the change credits and charges, as `line amount from until`, and its net. */
function changed(
  facts: ChangeFacts<RunningLine>,
  prices: readonly TargetPrice[],
  { at = '2026-06-16', behavior = 'create_prorations' }: { at?: string; behavior?: ProrationBehavior } = {},
) {
  const plan = planChange(facts, { kind: 'plan_change', behavior, prices, make: coming }, day(at))
  const shown = (amount: { toFixed(): string }, { start, end }: { start: Date; end: Date }) =>
    [amount.toFixed(), ...[start, end].map((instant) => instant.toISOString().slice(5, 10))].join(' ')
  return {
    plan,
    credits: plan.credits.map(({ amount, span, line }) => `${line.id} ${shown(amount, span)}`),
    charges: plan.charges.map(({ amount, span, line }) => `${line.price.id} ${shown(amount, span)}`),
    net: formatDecimal(plan.net),
  }
}

const basic = target('basic', { amount: '30' })
const pro = target('pro', { amount: '90' })

describe('a plan is changed inside a period', () => {
  test('half of 30 comes back, half of 90 is charged: 30 are to be paid', () => {
    const { credits, charges, net, plan } = changed(factsOf([running(basic)], [billed('line_basic', '30')]), [
      pro,
    ])
    expect({ credits, charges, net }).toEqual({
      credits: ['line_basic 15 06-16 07-01'],
      charges: ['pro 45 06-16 07-01'],
      net: '30',
    })
    expect(plan.changeType).toBe('upgrade')
  })

  test('downwards what comes back is more than what is charged: −30', () => {
    const { net, plan } = changed(factsOf([running(pro)], [billed('line_pro', '90')]), [basic])
    expect(net).toBe('-30')
    expect(plan.changeType).toBe('downgrade')
  })

  test('at the first instant of the period all comes back and all is charged: 60', () => {
    const facts = factsOf([running(basic)], [billed('line_basic', '30')])
    expect(changed(facts, [pro], { at: '2026-06-01' })).toMatchObject({
      credits: ['line_basic 30 06-01 07-01'],
      charges: ['pro 90 06-01 07-01'],
      net: '60',
    })
  })

  test('to the same fee while a dearer version waits: 15 of 30 come back and are charged again; nothing is given away', () => {
    const waiting = running(target('waiting', { amount: '40' }), {
      chain: 'basic',
      start: day('2026-07-01'),
    })
    const facts = factsOf([running(basic, { end: day('2026-07-01') }), waiting], [billed('line_basic', '30')])
    expect(changed(facts, [target('alike', { amount: '30' })])).toMatchObject({
      credits: ['line_basic 15 06-16 07-01'],
      charges: ['alike 15 06-16 07-01'],
      net: '0',
    })
  })

  test('to the same fee while a dearer version begins on the 21st: 5 and 40/3 come back, 15 are charged: −10/3', () => {
    const basicUntil = { span: { start: day('2026-06-01'), end: day('2026-06-21') } }
    const dearerFrom = { span: { start: day('2026-06-21'), end: day('2026-07-01') }, priceId: 'dearer' }
    const dearer = running(target('dearer', { amount: '40' }), { chain: 'basic', start: day('2026-06-21') })
    const facts = factsOf(
      [running(basic, { end: day('2026-06-21') }), dearer],
      [billed('line_basic', '20', basicUntil), billed('line_dearer', '13.33', dearerFrom)],
    )
    expect(changed(facts, [target('alike', { amount: '30' })])).toMatchObject({
      credits: ['line_basic 5 06-16 06-21', 'line_dearer 13.33 06-21 07-01'],
      charges: ['alike 15 06-16 07-01'],
      net: '-3.33',
    })
  })

  test('without proration no money moves, and the lines do', () => {
    const facts = factsOf([running(basic)], [billed('line_basic', '30')])
    const { plan, ...money } = changed(facts, [pro], { behavior: 'none' })
    expect(money).toEqual({ credits: [], charges: [], net: '0' })
    expect(plan.closed.map(({ line, at }) => [line.id, at])).toEqual([['line_basic', day('2026-06-16')]])
    expect(plan.opened.map(({ id, price, start, end }) => [id, price.id, start, end])).toEqual([
      ['new_1', 'pro', day('2026-06-16'), null],
    ])
  })

  test('what a note took before does not come back again: of 30, 20 noted, half would be 15, and 10 are left', () => {
    const facts = factsOf([running(basic)], [billed('line_basic', '30', { credited: dec('20') })])
    expect(changed(facts, [pro]).credits).toEqual(['line_basic 10 06-16 07-01'])
  })

  test('what was never billed gives nothing back', () => {
    expect(changed(factsOf([running(basic)]), [pro])).toMatchObject({ credits: [], net: '45' })
  })

  test('time that a change has credited before does not come back again, also of an earlier line of the chain', () => {
    const earlier = running(basic, { end: day('2026-06-11') })
    const again = running(basic, { id: 'again', start: day('2026-06-13') })
    const bills = [
      billed('line_basic', '30', { credited: dec('20'), creditedFrom: day('2026-06-11') }),
      billed('again', '18', { span: { start: day('2026-06-13'), end: day('2026-07-01') } }),
    ]
    // 15 of 18 days of 18.
    expect(changed(factsOf([earlier, again], bills), [pro]).credits).toEqual(['again 15 06-16 07-01'])
  })

  test('a price that was edited inside the period was billed by its first line, which gives back the rest', () => {
    const first = running(basic, { end: day('2026-06-06') })
    const second = running(target('basic_2', { amount: '60' }), { chain: 'basic', start: day('2026-06-06') })
    expect(changed(factsOf([first, second], [billed('line_basic', '30')]), [pro]).credits).toEqual([
      'line_basic 15 06-16 07-01',
    ])
  })

  test("the subscription's own lines stay; overrides go with the plan", () => {
    const own = running(target('own'), { isOfPlan: false })
    const override = running(target('override', { amount: '10' }), { chain: 'basic' })
    const facts = factsOf([own, override], [billed('line_own', '30'), billed('line_override', '10')])
    const { plan, credits } = changed(facts, [pro])
    expect(plan.closed.map(({ line }) => line.id)).toEqual(['line_override'])
    expect(credits).toEqual(['line_override 5 06-16 07-01'])
  })

  test('what is in arrears, used, or billed once is neither credited nor charged, and nothing once comes', () => {
    const arrear = { invoice_cadence: 'ARREAR' } as const
    const lines = [running(target('a', arrear)), running(target('b', { type: 'USAGE', ...arrear }))]
    const prices = [
      target('c', arrear),
      target('d', { type: 'USAGE', ...arrear }),
      target('e', { billing_period: 'ONETIME' }),
    ]
    const { plan, ...money } = changed(factsOf(lines), prices)
    expect(money).toEqual({ credits: [], charges: [], net: '0' })
    expect(plan.opened.map(({ price }) => price.id)).toEqual(['c', 'd'])
  })

  test('while trialing no money moves', () => {
    const trialEnd = day('2026-07-01')
    const cycle = { ...factsOf([]).cycle, trialEnd }
    expect(changed(factsOf([running(basic)], [], { cycle }), [pro])).toMatchObject({ charges: [], net: '0' })
  })

  test("a price that begins later comes with it, one of the subscription's other periods does not", () => {
    const later = target('later', {}, { start_date: day('2026-06-20') })
    const yearly = target('yearly', { billing_period: 'ANNUAL' })
    const { plan, charges } = changed(factsOf([running(basic)], []), [later, yearly])
    expect(plan.opened.map(({ start }) => start)).toEqual([day('2026-06-20')])
    // 11 of 30 days of 30.
    expect(charges).toEqual(['later 11 06-20 07-01'])
  })
})

describe('a line that comes', () => {
  const seats = (id: string, amount: string) => target(id, { amount }, { lookup_key: 'seats' })

  test.each<[string, RunningLine[], TargetPrice[], string]>([
    [
      'takes the quantity of the one with its key',
      [running(seats('s', '1'), { quantity: dec('7') })],
      [seats('t', '2'), pro],
      '7',
    ],
    ['takes that of the only FIXED one', [running(basic, { quantity: dec('4') })], [pro], '4'],
    ['else its least', [running(basic), running(pro)], [target('t', {}, { min_quantity: 3 })], '3'],
    ['else 1', [], [target('t')], '1'],
  ])('%s', (_what, lines, prices, quantity) => {
    const { plan } = changed(factsOf(lines), prices)
    expect(formatDecimal(plan.opened[0]?.quantity ?? dec('0'))).toBe(quantity)
  })

  test('that bills the same carries the old one on: no money moves between them', () => {
    const same = target('same', { amount: '30.00' })
    const facts = factsOf([running(basic)], [billed('line_basic', '30')])
    const { plan, ...money } = changed(facts, [same])
    expect(money).toEqual({ credits: [], charges: [], net: '0' })
    expect(plan.opened).toMatchObject([{ carries: 'line_basic', chain: 'basic', price: { id: 'same' } }])
    expect(plan.changeType).toBe('lateral')
  })
})

describe('a change and its reverse at one instant cost nothing', () => {
  test('in a short first period that was billed whole, too: 20 of 30 for half of it, and 20 again', () => {
    const span = { start: day('2026-06-16'), end: day('2026-07-01') }
    const at = { at: '2026-06-21' }
    const line = running(basic, { start: span.start })
    const there = changed(factsOf([line], [billed('line_basic', '30', { span })]), [pro], at)
    // 10 of 15 days of 30; 10 of 30 of 90.
    expect(there).toMatchObject({ credits: ['line_basic 20 06-21 07-01'], charges: ['pro 30 06-21 07-01'] })
    const [opened] = there.plan.opened
    if (!opened) throw new Error('a line was opened')
    const bills = [
      billed('line_basic', '30', { span, credited: dec('20'), creditedFrom: day('2026-06-21') }),
      billed(opened.id, '30', { span: { start: day('2026-06-21'), end: day('2026-07-01') } }),
    ]
    const ended = { ...line, end: day('2026-06-21') }
    const back = changed(factsOf([ended, opened], bills), [basic], at)
    expect(back).toMatchObject({ credits: ['new_1 30 06-21 07-01'], charges: ['basic 20 06-21 07-01'] })
  })
})

test('a plan is up or down by the day: 12 a month are less than 145 a year, and 10 a month as much as 120', () => {
  const yearly = (amount: string) => running(target('y', { amount, billing_period: 'ANNUAL' }))
  const monthly = (amount: string) => running(target('m', { amount }))
  const type = (one: RunningLine, other: RunningLine) => {
    const moves = {
      at: day('2026-06-16'),
      closed: [{ line: one, at: day('2026-06-16') }],
      opened: [
        {
          ...other,
          id: 'new',
          carries: null,
          isReopened: false,
          keepsChain: false,
          start: day('2026-06-16'),
        },
      ],
    }
    return planChange(factsOf([one]), { kind: 'lines', behavior: 'none', moves }, day('2026-06-16'))
      .changeType
  }
  expect(type(monthly('12'), yearly('145'))).toBe('upgrade')
  expect(type(monthly('10'), yearly('120'))).toBe('lateral')
  expect(type(yearly('145'), monthly('12'))).toBe('downgrade')
})

test('the line of a credit is recomputed from its explanation: what is netted of it, of 10 that a note has left', () => {
  const facts = factsOf([running(basic)], [billed('line_basic', '30', { credited: dec('20') })])
  const { plan } = changed(facts, [pro])
  for (const [charged, line] of [
    ['45', '-10'],
    ['4', '-4'],
  ] as const) {
    for (const { credit, netted } of netCredits(plan.credits, dec(charged))) {
      const stored = JSON.parse(JSON.stringify(creditExplanation(credit, { netted, currency: 'usd' })))
      expect(formatDecimal(recomputeCredit(stored))).toBe(line)
    }
  }
})
