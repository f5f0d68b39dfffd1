import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { formatRatio } from '../money/ratio.ts'
import { rat } from '../testing/price-arbitrary.ts'
import { amounts, cycle, day, event, line, rate, total } from '../testing/usage-cycle.ts'
import type { CycleLine } from './cycle.ts'
import { netQuantities } from './net-quantities.ts'
import { roundTogether } from './round-together.ts'

const middle = new Date('2026-03-16T12:00:00Z')
type Options = NonNullable<Parameters<typeof line>[0]>

/** At 1, and at 1.1 from the middle of March on, unless told. */
function edited(options: Options = {}, at = middle): CycleLine[] {
  return [
    line({ ...options, id: 'a', end: at }),
    line({ ...options, id: 'b', start: at, terms: { amount: '1.1', ...options.terms } }),
  ]
}

describe('lines of one chain', () => {
  const greatest = { meter: { aggregation_type: 'MAX' as const } }
  const ten = [event('2026-03-02', '10'), event('2026-03-20', '3')]

  it('charge one value by their time: 10 at 1, and at 1.1 from the middle on, is 10.5', () => {
    expect(amounts(cycle, edited(greatest), ten)).toEqual(['5', '5.5'])
    expect(rate(cycle, edited(greatest), ten)).toMatchObject([
      {
        explanation: {
          buckets: [{ share: '1339200000/2678400000', charge: { quantity: '10' } }],
          chain: { lines: 2, shared_by: 'time', quantity: '10', amount: '10.5', rounded: 'down' },
        },
      },
      { explanation: { usage: { quantity: '10', billed_quantity: '10', event_count: 2 } } },
    ])
  })

  it('share by whole windows what a calculation of some of the time measures', () => {
    const until = (end: string) => ({ start: day('2026-03-01'), end: day(end) })
    for (const closes of [until('2026-03-10'), until('2026-03-20')]) {
      expect(amounts({ ...cycle, closes, usage: 'within' }, edited(greatest), ten)).toEqual(['5', '5.5'])
    }
    const before = { ...cycle, closes: until('2026-03-02'), usage: 'within' as const }
    expect(amounts(before, edited(greatest), ten)).toEqual(['0', '0'])
  })

  it('share by quantity what adds up, and say so', () => {
    const tiers = [{ up_to: null, unit_amount: '1', flat_amount: '9' }]
    const slab = edited({ terms: { billing_model: 'TIERED', tier_mode: 'SLAB', tiers } })
    const charges = rate(cycle, slab, [event('2026-03-02', '1'), event('2026-03-20', '2')])
    expect(charges).toMatchObject([
      { explanation: { buckets: [{ share: '1/3' }], chain: { shared_by: 'quantity', amount: '12' } } },
      { explanation: { usage: { quantity: '2' }, buckets: [{ share: '2/3', charge: { quantity: '3' } }] } },
    ])
    expect(charges.map(({ amount, quantity }) => [formatDecimal(amount), formatDecimal(quantity)])).toEqual([
      ['4', '1'],
      ['8', '2'],
    ])
  })

  it('of an interval bill at its end, those that ended sooner too', () => {
    const terms = { billing_period: 'QUARTERLY' as const }
    const lines = edited({ terms: { ...terms, amount: '1' } }, day('2026-01-20'))
    const events = [event('2026-01-02', '1'), event('2026-02-02', '2')]
    const closing = (month: number) => ({
      ...cycle,
      closes: { start: day(`2026-0${month}-01`), end: day(`2026-0${month + 1}-01`) },
    })
    expect([1, 2, 3].map((month) => amounts(closing(month), lines, events))).toEqual([[], [], ['1', '2']])
  })

  it('with thousands of different shares are rated in time, to the cent, with a bounded explanation', () => {
    const options = {
      meter: { bucket_size: 'MONTH' as const, group_by: 'user' },
      terms: { billing_model: 'PACKAGE' as const, amount: '0.007', transform_quantity: { divide_by: 7 } },
    }
    const events = [...Array(3_000).keys()].flatMap((user) => [
      event('2026-03-02', `${user + 0.37}`, { group: `u${user}` }),
      event('2026-03-20', `${1_000_003 - 7 * user}`, { group: `u${user}` }),
    ])
    const whole = amounts(cycle, [line(options)], events)
    const cut = rate(cycle, edited(options), events)
    const explanations = cut.flatMap(({ explanation }) => ('buckets' in explanation ? [explanation] : []))
    expect(explanations.map(({ buckets }) => buckets.length)).toEqual([101, 101])
    expect(formatDecimal(total(amounts(cycle, edited(options), events)))).toEqual(whole[0])
  }, 20_000)
})

it.each([
  [
    ['5', '-2', '4'],
    ['3', '0', '4'],
  ],
  [
    ['1', '4', '-6', '3'],
    ['0', '0', '0', '2'],
  ],
  [
    ['-3', '2', '5'],
    ['0', '0', '4'],
  ],
  [
    ['2', '-5'],
    ['0', '-3'],
  ],
  [
    ['-1/3', '1'],
    ['0', '2/3'],
  ],
  [
    ['0', '0'],
    ['0', '0'],
  ],
])('what is below 0 in %j is taken off the latest before it, then off those after', (quantities, net) => {
  expect(netQuantities(quantities.map(rat)).map(formatRatio)).toEqual(net)
})

it.each([
  [
    ['0.005', '0.005'],
    ['0.01', '0'],
  ],
  [
    ['0.014', '0.016'],
    ['0.01', '0.02'],
  ],
  [
    ['1/3', '1/3', '1/3'],
    ['0.34', '0.33', '0.33'],
  ],
  [
    ['0.0074', '0.0074'],
    ['0.01', '0'],
  ],
  [
    ['0.0075', '0.0075'],
    ['0.01', '0.01'],
  ],
  [
    ['2', '3'],
    ['2', '3'],
  ],
])('%j are rounded together, ties to the smaller id', (exact, rounded) => {
  const { amounts } = roundTogether(
    exact.map((amount, index) => ({ id: `line-${index}`, amount: rat(amount) })),
    'usd',
  )
  expect(amounts.map(({ amount }) => formatDecimal(amount))).toEqual(rounded)
})

it('two parts of one line, as a pause leaves them, are rounded together too: 0.335 twice is 0.67', () => {
  const parts = ['0.335', '0.335'].map((amount) => ({ id: 'line', amount: rat(amount) }))
  const { amounts } = roundTogether(parts, 'usd')
  expect(amounts.map(({ amount }) => formatDecimal(amount))).toEqual(['0.34', '0.33'])
})
