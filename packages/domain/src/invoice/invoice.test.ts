import { describe, expect, it } from 'vitest'
import { formatDecimal, isStorable } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { assertInvoice, type InvoiceAdjustments, type InvoiceAmounts, invoiceAmounts } from './invoice.ts'

function charge(amount: string, currency = 'usd') {
  return { kind: 'charge', amount: dec(amount), currency } as const
}
function credit(amount: string) {
  return { kind: 'credit', amount: dec(amount), currency: 'usd' } as const
}
const lines = [charge('10.01'), charge('5')]
const adjustments: InvoiceAdjustments = {
  discounts: dec('1'),
  tax: dec('2.5'),
  credits: dec('3'),
  adjustments: dec('1.5'),
  amountPaid: dec('4'),
}

describe('an invoice', () => {
  it('adds up: subtotal, discounts, tax, credits, adjustments, paid', () => {
    const { subtotal, total, amountDue, amountRemaining } = invoiceAmounts('usd', lines, adjustments)
    const sums = [subtotal, total, amountDue, amountRemaining].map(formatDecimal)
    expect(sums).toEqual(['15.01', '13.51', '12.01', '8.01'])
  })

  it.each([
    ['nothing', '0', '15.01', '0'],
    ['a part', '15', '0.01', '0'],
    ['all', '15.01', '0', '0'],
    ['too much', '20', '0', '4.99'],
  ])('of which %s was paid is due as before', (_what, amountPaid, remaining, overpaid) => {
    const sums = invoiceAmounts('usd', lines, { amountPaid: dec(amountPaid) })
    const shown = [sums.amountDue, sums.amountRemaining, sums.overpaid].map(formatDecimal)
    expect(shown).toEqual(['15.01', remaining, overpaid])
  })

  it('without lines is one of zero', () => {
    const amounts = invoiceAmounts('usd', [])
    const { subtotal, total, amountDue } = amounts
    expect([subtotal, total, amountDue].map(formatDecimal)).toEqual(['0', '0', '0'])
    expect(() => assertInvoice(amounts, [])).not.toThrow()
  })

  it('may have a credit line, but no negative total', () => {
    expect(formatDecimal(invoiceAmounts('usd', [charge('10'), credit('-4')]).total)).toBe('6')
    expect(() => invoiceAmounts('usd', [charge('10'), credit('-11')])).toThrow('total is not negative')
  })

  it.each<[string, Partial<InvoiceAmounts>, string]>([
    ['another subtotal', { subtotal: dec('15') }, 'subtotal is 15.01, not 15'],
    ['another total', { total: dec('13.5') }, 'total is 13.51, not 13.5'],
    ['another amount due', { amountDue: dec('12') }, 'amount due is 12.01, not 12'],
    ['another amount remaining', { amountRemaining: dec('8') }, 'amount remaining is 8.01, not 8'],
    ['something overpaid', { overpaid: dec('1') }, 'overpaid is 0, not 1'],
    ['another currency', { currency: 'eur' }, 'a line in usd is not on an invoice in eur'],
    ['no currency', { currency: 'zzz' }, 'known currency'],
    ['a currency in upper case', { currency: 'USD' }, 'lower case'],
  ])('is not written with %s', (_name, wrong, message) => {
    const amounts = { ...invoiceAmounts('usd', lines, adjustments), ...wrong }
    expect(() => assertInvoice(amounts, lines)).toThrow(message)
  })

  it.each<[string, InvoiceAdjustments, string]>([
    ['a negative discount', { discounts: dec('-1') }, 'discounts is not negative'],
    ['a negative tax', { tax: dec('-1') }, 'tax is not negative'],
    ['a negative credit', { credits: dec('-1') }, 'credits is not negative'],
    ['a negative payment', { amountPaid: dec('-1') }, 'amountPaid is not negative'],
    ['a negative adjustment', { adjustments: dec('-1') }, 'adjustments is not negative'],
    ['more adjusted than its total', { adjustments: dec('15.02') }, 'amountDue is not negative'],
    ['a larger discount than its charges', { discounts: dec('15.02'), tax: dec('1') }, 'do not exceed'],
    ['a larger credit than its total', { credits: dec('15.02') }, 'total is not negative'],
    ['a part of a cent', { tax: dec('0.001') }, 'whole units'],
  ])('never has %s', (_name, wrong, message) => {
    expect(() => invoiceAmounts('usd', lines, wrong)).toThrow(message)
  })

  it.each([
    ['negative', charge('-1'), 'not negative'],
    ['unrounded', charge('1.001'), 'whole units'],
    ['of another currency', charge('1', 'eur'), 'a line in eur'],
    ['a positive credit', credit('1'), 'not positive'],
  ])('never has a line that is %s', (_name, line, message) => {
    expect(() => invoiceAmounts('usd', [charge('10'), line])).toThrow(message)
  })
})

describe('a value can be stored', () => {
  it('up to 20 digits before the point and 18 after it', () => {
    const most = dec('99999999999999999999.999999999999999999')
    expect(isStorable(most)).toBe(true)
    expect(isStorable(most.plus(dec('0.000000000000000001')))).toBe(false)
    expect(isStorable(dec('0.000000000000000001').times(dec('0.1')))).toBe(false)
  })
})
