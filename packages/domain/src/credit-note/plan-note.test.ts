import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assert } from '../assert.ts'
import { type Decimal, formatDecimal, sumDecimals, zero } from '../money/decimal.ts'
import { fromUnits } from '../money/money.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { type NoteShare, netOf } from './note-share.ts'
import { type AskedNoteLine, type BilledInvoice, type BilledLine, planNote } from './plan-note.ts'

const seed = 20_261_130
const nothing: NoteShare = { amount: zero, discount: zero, tax: zero }

function line(id: string, amount: string, changes: Partial<BilledLine> = {}): BilledLine {
  return {
    ...{ id, isCredit: false, amount: dec(amount), discount: zero, noted: nothing, uncredited: dec(amount) },
    ...changes,
  }
}

function invoice(lines: readonly BilledLine[], changes: Partial<BilledInvoice> = {}): BilledInvoice {
  return { currency: 'usd', tax: zero, lines, ...changes }
}

const of = (lineId: string, amount: string): AskedNoteLine => ({ lineId, amount: dec(amount) })

/** `amount discount tax` of each line and the total, or what is wrong. */
function told(billed: BilledInvoice, asked: readonly AskedNoteLine[]): unknown {
  const planned = planNote(billed, asked)
  if ('problems' in planned) {
    return Object.fromEntries(planned.problems.map(({ path, message }) => [path, message]))
  }
  const lines = planned.lines.map(({ amount, discount, tax }) =>
    [amount, discount, tax].map(formatDecimal).join(' '),
  )
  return [...lines, formatDecimal(planned.total)]
}

describe('a note takes back', () => {
  it('its share of the discount and the tax of its line', () => {
    const billed = invoice([line('a', '10', { discount: dec('2') }), line('b', '20')], { tax: dec('2.8') })
    expect(told(billed, [of('a', '5')])).toEqual(['5 1 0.4', '4.4'])
    expect(told(billed, [of('b', '20'), of('a', '10')])).toEqual(['20 0 2', '10 2 0.8', '30.8'])
  })

  it('at most what was billed, less what notes and late usage credited already', () => {
    const noted = { amount: dec('3'), discount: zero, tax: zero }
    const billed = invoice([
      line('a', '10', { noted, uncredited: dec('7') }),
      line('b', '10', { uncredited: dec('4') }),
    ])
    expect(told(billed, [of('a', '7.01'), of('b', '4.01')])).toEqual({
      'line_items[0].amount': 'must be at most 7, what is left of the line to take back',
      'line_items[1].amount': 'must be at most 4, what is left of the line to take back',
    })
    expect(told(billed, [of('a', '7'), of('b', '4')])).toEqual(['7 0 0', '4 0 0', '11'])
    const gone = invoice([line('a', '10', { uncredited: dec('-1') })])
    expect(told(gone, [of('a', '1')])).toEqual({
      'line_items[0].amount': 'must be at most 0, what is left of the line to take back',
    })
  })

  it.each<[string, AskedNoteLine[], object]>([
    [
      'a line of another invoice',
      [of('z', '1')],
      { 'line_items[0].invoice_line_item_id': 'is not a line of the invoice' },
    ],
    [
      'a line twice',
      [of('a', '1'), of('a', '1')],
      { 'line_items[1].invoice_line_item_id': 'is in the list already' },
    ],
    [
      'a credit line',
      [of('c', '1')],
      { 'line_items[0].invoice_line_item_id': 'is a line that gives money back itself' },
    ],
    ['no lines, which never means all', [], { line_items: 'must name what to take back' }],
    ['nothing', [of('a', '0')], { 'line_items[0].amount': 'must be greater than 0' }],
    ['less than nothing', [of('a', '-1')], { 'line_items[0].amount': 'must be greater than 0' }],
    [
      'a part of a cent',
      [of('a', '1.001')],
      { 'line_items[0].amount': 'must have at most 2 digits after the point' },
    ],
    [
      'what cost nothing',
      [of('free', '1')],
      { line_items: 'take nothing back: their discounts were all of it' },
    ],
  ])('nothing of %s', (_, asked, problems) => {
    const lines = [
      line('a', '10'),
      line('c', '-5', { isCredit: true }),
      line('free', '5', { discount: dec('5') }),
    ]
    expect(told(invoice(lines), asked)).toEqual(problems)
  })
})

describe('any sequence of notes', () => {
  const units = fc.bigInt({ min: 1n, max: 5_000n })
  const lines = fc.array(fc.record({ amount: units, discount: fc.nat(100) }), { minLength: 1, maxLength: 4 })
  const cuts = fc.array(fc.record({ line: fc.nat(3), amount: units }), { maxLength: 12 })
  const world = fc.record({ lines, cuts, tax: fc.nat(30), currency: fc.constantFrom('usd', 'jpy', 'kwd') })

  it('gives back never more than was billed, and over the whole exactly the whole, line by line', () => {
    fc.assert(
      fc.property(world, ({ lines: drawn, cuts: someCuts, tax: percent, currency }) => {
        const money = (amount: bigint) => fromUnits(amount, currency)
        const nets = drawn.map(({ amount, discount }) => amount - (amount * BigInt(discount)) / 100n)
        let billed: BilledInvoice = {
          currency,
          tax: money((nets.reduce((sum, net) => sum + net, 0n) * BigInt(percent)) / 100n),
          lines: drawn.map(({ amount }, index) =>
            line(`${index}`, formatDecimal(money(amount)), {
              discount: money(amount - (nets[index] ?? 0n)),
            }),
          ),
        }
        const total = sumDecimals(billed.lines.map(netOfLine)).plus(billed.tax)
        let back = zero
        const take = (asked: AskedNoteLine[]) => {
          const planned = planNote(billed, asked)
          if ('problems' in planned) return
          for (const share of planned.lines)
            expect([netOf(share), share.tax, share.discount].every(notBelow)).toBe(true)
          back = back.plus(planned.total)
          expect(back.lte(total)).toBe(true)
          billed = { ...billed, lines: billed.lines.map((one) => after(one, planned.lines)) }
        }
        for (const { line: index, amount } of someCuts) take([{ lineId: `${index}`, amount: money(amount) }])
        const rest = billed.lines
          .map(({ id, uncredited }) => ({ lineId: id, amount: uncredited }))
          .filter(({ amount }) => amount.gt(zero))
        take(rest)
        if (sumDecimals(nets.map(money)).gt(zero)) expect(formatDecimal(back)).toBe(formatDecimal(total))
      }),
      { seed, numRuns: 500 },
    )
  })

  const notBelow = (amount: Decimal) => amount.gte(zero)
  const netOfLine = ({ amount, discount }: BilledLine) => amount.minus(discount)

  function after(one: BilledLine, shares: readonly (NoteShare & { lineId: string })[]): BilledLine {
    const share = shares.find(({ lineId }) => lineId === one.id)
    if (!share) return one
    const { amount, discount, tax } = one.noted
    const noted = {
      amount: amount.plus(share.amount),
      discount: discount.plus(share.discount),
      tax: tax.plus(share.tax),
    }
    const uncredited = one.uncredited.minus(share.amount)
    assert(uncredited.gte(zero), 'a note takes at most what is left')
    return { ...one, noted, uncredited }
  }
})
