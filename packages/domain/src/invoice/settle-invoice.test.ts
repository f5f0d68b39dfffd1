import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, sumDecimals } from '../money/decimal.ts'
import { fromUnits } from '../money/money.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { type Adjustments, type Discount, type SettledLine, settleInvoice } from './settle-invoice.ts'

const seed = 20_261_125

function charge(id: string, amount: string, currency = 'usd'): SettledLine {
  return { kind: 'charge', id, amount: dec(amount), currency }
}
const credit: SettledLine = { kind: 'credit', id: 'credit', amount: dec('-4'), currency: 'usd' }
function percent(id: string, of: string): Discount {
  return { id, kind: 'percentage', percent: dec(of) }
}
function fixed(id: string, amount: string): Discount {
  return { id, kind: 'fixed', amount: dec(amount) }
}

function settle(lines: readonly SettledLine[], adjustments: Adjustments = {}, currency = 'usd') {
  const { amounts, shares } = settleInvoice(currency, lines, adjustments)
  const { subtotal, discounts, tax, credits, total, amountDue } = amounts
  return {
    sums: [subtotal, discounts, tax, credits, total, amountDue].map(formatDecimal).join(' '),
    shares: shares.map((one) =>
      [one.id, ...[one.lineDiscounts, one.invoiceDiscounts, one.tax].map(formatDecimal)].join(' '),
    ),
  }
}

describe('an invoice is settled', () => {
  it.each<[string, SettledLine[], Adjustments, string, string[]]>([
    ['with nothing', [], {}, '0 0 0 0 0 0', []],
    ['plainly', [charge('a', '10')], {}, '10 0 0 0 10 10', ['a 0 0 0']],
    [
      'with line discounts before invoice discounts, each on what is left',
      // a: 100 − 10 % = 90, − 5 = 85; invoice: 20 % of 85 + 15 = 20.
      [charge('a', '100'), charge('b', '15')],
      {
        invoiceDiscounts: [percent('i', '20')],
        lineDiscounts: [
          { lineId: 'a', discount: percent('l', '10') },
          { lineId: 'a', discount: fixed('m', '5') },
        ],
      },
      '115 35 0 0 80 80',
      ['a 15 17 0', 'b 0 3 0'],
    ],
    [
      'with each discount rounded: 10 % of 0.05 is 0.01, then 10 % of 0.04 is 0',
      [charge('a', '0.05')],
      { invoiceDiscounts: [percent('i', '10'), percent('j', '10')] },
      '0.05 0.01 0 0 0.04 0.04',
      ['a 0 0.01 0'],
    ],
    [
      'never below zero, whatever is taken off',
      [charge('a', '3'), charge('b', '0')],
      { lineDiscounts: [{ lineId: 'a', discount: fixed('l', '2') }], invoiceDiscounts: [fixed('i', '5')] },
      '3 3 0 0 0 0',
      ['a 2 1 0', 'b 0 0 0'],
    ],
    [
      'with shares by largest remainder, ties to the smaller id',
      [charge('c', '1'), charge('a', '1'), charge('b', '1')],
      { invoiceDiscounts: [fixed('i', '1')] },
      '3 1 0 0 2 2',
      ['c 0 0.33 0', 'a 0 0.34 0', 'b 0 0.33 0'],
    ],
    [
      'with each tax rounded on what is left',
      // 19 % of 9.5 is 1.805; 0.5 % is 0.0475.
      [charge('a', '10')],
      {
        invoiceDiscounts: [percent('i', '5')],
        taxes: [
          { id: 't', percent: dec('19') },
          { id: 'u', percent: dec('0.5') },
        ],
      },
      '10 0.5 1.86 0 11.36 11.36',
      ['a 0 0.5 1.86'],
    ],
    [
      'with credit lines outside both bases',
      [charge('a', '10'), credit],
      { invoiceDiscounts: [percent('i', '10')], taxes: [{ id: 't', percent: dec('20') }] },
      '6 1 1.8 0 6.8 6.8',
      ['a 0 1 1.8'],
    ],
    [
      'with prepaid credits up to the total',
      [charge('a', '10')],
      { taxes: [{ id: 't', percent: dec('10') }], credits: dec('50') },
      '10 0 1 11 0 0',
      ['a 0 0 1'],
    ],
    [
      'with what was paid',
      [charge('a', '10')],
      { credits: dec('3'), amountPaid: dec('2') },
      '10 0 0 3 7 7',
      ['a 0 0 0'],
    ],
  ])('%s', (_name, lines, adjustments, sums, shares) => {
    expect(settle(lines, adjustments)).toEqual({ sums, shares })
  })

  it('in whole units of its currency', () => {
    const yen = settle([charge('a', '105', 'jpy')], { taxes: [{ id: 't', percent: dec('10') }] }, 'jpy')
    expect(yen.sums).toBe('105 0 11 0 116 116')
  })

  it.each<[string, SettledLine[], Adjustments, string]>([
    ['a line twice', [charge('a', '1'), charge('a', '1')], {}, 'own id'],
    [
      'a discount of no line',
      [charge('a', '1')],
      { lineDiscounts: [{ lineId: 'b', discount: fixed('l', '1') }] },
      'b is none',
    ],
    [
      'a discount of a credit line',
      [charge('a', '9'), credit],
      { lineDiscounts: [{ lineId: 'credit', discount: fixed('l', '1') }] },
      'credit is none',
    ],
    ['a negative discount', [charge('a', '1')], { invoiceDiscounts: [fixed('i', '-1')] }, 'whole units'],
    ['a negative percentage', [charge('a', '1')], { invoiceDiscounts: [percent('i', '-1')] }, 'not negative'],
    ['a part of a cent', [charge('a', '1')], { invoiceDiscounts: [fixed('i', '0.001')] }, 'whole units'],
    ['a negative tax', [charge('a', '1')], { taxes: [{ id: 't', percent: dec('-1') }] }, 'not negative'],
    ['negative credits', [charge('a', '1')], { credits: dec('-1') }, 'not negative'],
    ['more credit lines than charges', [charge('a', '1'), credit], { credits: dec('1') }, 'not negative'],
  ])('never with %s', (_name, lines, adjustments, message) => {
    expect(() => settleInvoice('usd', lines, adjustments)).toThrow(message)
  })

  it('so that its parts always add up, to the unit', () => {
    const units = fc.bigInt({ min: 0n, max: 10n ** 9n })
    const discount = fc.oneof(
      fc.integer({ min: 0, max: 12_000 }).map((of) => percent('d', String(of / 100))),
      units.map((of): Discount => ({ id: 'd', kind: 'fixed', amount: fromUnits(of, 'usd') })),
    )
    fc.assert(
      fc.property(
        fc.array(units, { minLength: 1, maxLength: 8 }),
        fc.array(discount, { maxLength: 3 }),
        fc.array(discount, { maxLength: 3 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 3 }),
        units,
        (amounts, ofLine, ofInvoice, rates, credits) => {
          const lines = amounts.map((of, index) => ({
            ...charge(`l${index}`, '0'),
            amount: fromUnits(of, 'usd'),
          }))
          const {
            amounts: sums,
            shares,
            taxes,
          } = settleInvoice('usd', lines, {
            lineDiscounts: ofLine.map((one, index) => ({
              lineId: `l${index % lines.length}`,
              discount: one,
            })),
            invoiceDiscounts: ofInvoice,
            taxes: rates.map((rate) => ({ id: 't', percent: dec(String(rate / 100)) })),
            credits: fromUnits(credits, 'usd'),
          })
          const sumOf = (pick: (share: (typeof shares)[number]) => (typeof sums)['tax']) =>
            formatDecimal(sumDecimals(shares.map(pick)))
          expect(sumOf((one) => one.lineDiscounts.plus(one.invoiceDiscounts))).toBe(
            formatDecimal(sums.discounts),
          )
          expect(sumOf((one) => one.tax)).toBe(formatDecimal(sums.tax))
          expect(formatDecimal(sumDecimals(taxes.map(({ amount }) => amount)))).toBe(formatDecimal(sums.tax))
          for (const [index, share] of shares.entries()) {
            expect(
              share.lineDiscounts.plus(share.invoiceDiscounts).lte(lines[index]?.amount ?? dec('0')),
            ).toBe(true)
          }
        },
      ),
      { seed, numRuns: 500 },
    )
  })
})
