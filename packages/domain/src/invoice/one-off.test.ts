import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDecimal, sumDecimals } from '../money/decimal.ts'
import { fromUnits } from '../money/money.ts'
import { type OneOffTerms, validateOneOff } from './one-off.ts'

function oneOff(amounts: readonly string[], changes: Partial<OneOffTerms> = {}): OneOffTerms {
  return {
    ...{ currency: 'usd', subtotal: '30.01', total: '30.01', amount_due: '30.01' },
    line_items: amounts.map((amount) => ({ amount, quantity: '1' })),
    ...changes,
  }
}

const lines = ['10', '20.01']
const all = (sum: string) => ({ subtotal: sum, total: sum, amount_due: sum })

test.each<[string, OneOffTerms]>([
  ['whose lines add up', oneOff(lines)],
  ['of nothing', oneOff(['0'], all('0'))],
  ['of a yen', oneOff(['1'], { currency: 'jpy', ...all('1') })],
  ['of a thousandth of a dinar', oneOff(['0.001'], { currency: 'kwd', ...all('0.001') })],
  ['of as much as can be stored', oneOff(['99999999999999999999.99'], all('99999999999999999999.99'))],
])('a one-off %s is taken', (_what, terms) => {
  expect(validateOneOff(terms)).toEqual([])
})

test.each<[string, OneOffTerms, string[]]>([
  ['another subtotal', oneOff(lines, { subtotal: '30' }), ['subtotal']],
  ['another total', oneOff(lines, { total: '30.02' }), ['total']],
  ['another amount due', oneOff(lines, { amount_due: '0' }), ['amount_due']],
  ['sums that agree with each other alone', oneOff(lines, all('31')), ['subtotal', 'total', 'amount_due']],
  ['a negative sum', oneOff(['0'], all('-1')), ['subtotal', 'total', 'amount_due']],
  ['no lines', oneOff([], all('0')), ['line_items']],
  ['a negative line', oneOff(['31.01', '-1']), ['line_items[1].amount']],
  ['a part of a cent, which would round to what is stated', oneOff(['30.005']), ['line_items[0].amount']],
  ['a part of a yen', oneOff(['0.5'], { currency: 'jpy' }), ['line_items[0].amount']],
  ['an unknown currency', oneOff(lines, { currency: 'zzz' }), ['currency']],
  ['gold', oneOff(lines, { currency: 'xau' }), ['currency']],
  [
    'a negative quantity',
    { ...oneOff([]), line_items: [{ amount: '30.01', quantity: '-1' }] },
    ['line_items[0].quantity'],
  ],
  [
    'more in sum than can be stored',
    oneOff(['99999999999999999999', '1'], all('99999999999999999999')),
    ['subtotal', 'total', 'amount_due'],
  ],
])('a one-off with %s is refused by its field', (_what, terms, paths) => {
  expect(validateOneOff(terms).map(({ path }) => path)).toEqual(paths)
})

test('whatever the lines, exactly their sum is taken, and a unit more or less is not', () => {
  const units = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(units, fc.constantFrom('jpy', 'usd', 'kwd', 'clf'), (amounts, currency) => {
      const texts = amounts.map((one) => formatDecimal(fromUnits(one, currency)))
      const sum = sumDecimals(amounts.map((one) => fromUnits(one, currency)))
      const stated = (off: bigint) => formatDecimal(sum.plus(fromUnits(off, currency)))
      expect(validateOneOff(oneOff(texts, { currency, ...all(stated(0n)) }))).toEqual([])
      for (const off of [1n, -1n]) {
        expect(validateOneOff(oneOff(texts, { currency, ...all(stated(off)) }))).toHaveLength(3)
      }
    }),
    { seed: 20_261_129 },
  )
})
