import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import type { Credit, Wallet } from './credit.ts'
import { type Bill, type BillLine, payBills } from './pay-bills.ts'

const at = (day: number) => new Date(Date.UTC(2026, 0, day))

function credit(id: string, available: string, terms: Partial<Credit> = {}): Credit {
  return { id, available: dec(available), priority: null, effectiveAt: null, expiresAt: null, ...terms }
}

function wallet(id: string, credits: readonly Credit[], terms: Partial<Wallet> = {}): Wallet {
  const of = {
    customerId: 'ada',
    currency: 'usd',
    conversionRate: dec('1'),
    allowedPriceTypes: 'ALL',
  } as const
  return { id, ...of, credits, ...terms }
}

function bill(due: string, lines: readonly BillLine[], terms: Partial<Bill> = {}): Bill {
  const of = { invoiceId: 'inv', customerId: 'ada', currency: 'usd', periodEnd: at(10), finalizedAt: at(11) }
  return { ...of, due: dec(due), lines, ...terms }
}

const line = (id: string, amount: string, priceType: BillLine['priceType'] = 'FIXED') => ({
  id,
  amount: dec(amount),
  priceType,
})

const told = (bills: readonly Bill[], wallets: readonly Wallet[]) =>
  payBills(bills, wallets).map(({ invoiceId, walletId, money, credits, used, lines }) =>
    [
      `${invoiceId} ${walletId} ${formatDecimal(money)} for ${formatDecimal(credits)}`,
      used.map((one) => `${one.creditId} ${formatDecimal(one.credits)}`).join(' '),
      lines.map((one) => `${one.lineId} ${formatDecimal(one.money)}`).join(' '),
    ].join(': '),
  )

describe('an invoice is paid', () => {
  it('by what there is, and no more than is due', () => {
    expect(told([bill('10', [line('a', '10')])], [wallet('w', [credit('c', '4')])])).toEqual([
      'inv w 4 for 4: c 4: a 4',
    ])
    expect(told([bill('3', [line('a', '3')])], [wallet('w', [credit('c', '4')])])).toEqual([
      'inv w 3 for 3: c 3: a 3',
    ])
    expect(told([bill('0', [line('a', '0')])], [wallet('w', [credit('c', '4')])])).toEqual([])
  })

  it('by a part of what is due, where no more is asked for, of the lines that a wallet may', () => {
    const lines = [line('a', '10'), line('b', '10', 'USAGE')]
    const wallets = [
      wallet('w', [credit('c', '20')], { allowedPriceTypes: 'USAGE' }),
      wallet('x', [credit('d', '20')]),
    ]
    expect(told([bill('20', lines, { upTo: dec('4') })], wallets)).toEqual(['inv w 4 for 4: c 4: b 4'])
    expect(told([bill('20', lines, { upTo: dec('12') })], wallets)).toEqual([
      'inv w 10 for 10: c 10: b 10',
      'inv x 2 for 2: d 2: a 2',
    ])
  })

  it('by a wallet of one price type as far as its lines go, however many payments that takes', () => {
    const lines = [line('a', '10'), line('b', '10', 'USAGE')]
    const earlier = [{ allowedPriceTypes: 'USAGE' as const, money: dec('6') }]
    const wallets = [wallet('w', [credit('c', '20')], { allowedPriceTypes: 'USAGE' })]
    expect(told([bill('14', lines, { earlier })], wallets)).toEqual(['inv w 4 for 4: c 4: b 4'])
    // Money has paid 8: a half of what was left is of each line.
    expect(told([bill('6', lines, { earlier })], wallets)).toEqual([])
    const all = [{ allowedPriceTypes: 'ALL' as const, money: dec('6') }]
    expect(told([bill('14', lines, { earlier: all })], wallets)).toEqual(['inv w 7 for 7: c 7: b 7'])
  })

  it('by the lowest priority, then the earliest expiry, then the oldest', () => {
    const credits = [
      credit('d', '1'),
      credit('c', '1'),
      credit('b', '1', { expiresAt: at(20) }),
      credit('a', '1', { priority: 2 }),
      credit('e', '1', { priority: 1, expiresAt: at(30) }),
    ]
    expect(told([bill('5', [line('x', '5')])], [wallet('w', credits)])).toEqual([
      'inv w 5 for 5: e 1 a 1 b 1 c 1 d 1: x 5',
    ])
  })

  it('by the narrowest wallets first, each the lines of its price types', () => {
    const lines = [line('f', '6'), line('u', '4', 'USAGE')]
    const wallets = [
      wallet('a', [credit('1', '100')]),
      wallet('b', [credit('2', '100')], { allowedPriceTypes: 'USAGE' }),
    ]
    expect(told([bill('10', lines)], wallets)).toEqual(['inv b 4 for 4: 2 4: u 4', 'inv a 6 for 6: 1 6: f 6'])
  })

  it('its lines by their share of what is due', () => {
    const lines = [line('f', '6'), line('u', '4', 'USAGE')]
    const usage = wallet('b', [credit('2', '100')], { allowedPriceTypes: 'USAGE' })
    expect(told([bill('5', lines)], [usage])).toEqual(['inv b 2 for 2: 2 2: u 2'])
  })

  it('at the wallet’s rate, cut to the unit and rounded up in credits', () => {
    const wallets = [wallet('w', [credit('c', '1')], { conversionRate: dec('0.333') })]
    expect(told([bill('10', [line('a', '10')])], wallets)).toEqual([
      'inv w 0.33 for 0.990991: c 0.990991: a 0.33',
    ])
  })

  it('one after the other, and no credit twice', () => {
    const bills = [bill('3', [line('a', '3')]), bill('3', [line('b', '3')], { invoiceId: 'next' })]
    expect(told(bills, [wallet('w', [credit('c', '4')])])).toEqual([
      'inv w 3 for 3: c 3: a 3',
      'next w 1 for 1: c 1: b 1',
    ])
  })

  it('never by another customer’s wallet, nor in another currency', () => {
    const wallets = [
      wallet('w', [credit('c', '4')], { customerId: 'eve' }),
      wallet('x', [credit('d', '4')], { currency: 'eur' }),
    ]
    expect(told([bill('3', [line('a', '3')])], wallets)).toEqual([])
  })
})

describe('a credit pays', () => {
  const paid = (terms: Partial<Credit>, of: Partial<Bill> = {}) =>
    payBills([bill('1', [line('a', '1')], of)], [wallet('w', [credit('c', '4', terms)])]).length === 1

  it('from its effective date on', () => {
    expect(paid({ effectiveAt: at(11) })).toBe(true)
    expect(paid({ effectiveAt: at(12) })).toBe(false)
  })

  it('as long as it was there in all of the period, or until a finalization before its end', () => {
    expect(paid({ expiresAt: at(11) })).toBe(true)
    expect(paid({ expiresAt: at(10) })).toBe(true)
    expect(paid({ expiresAt: at(9) })).toBe(false)
    expect(paid({ expiresAt: at(11) }, { periodEnd: at(20) })).toBe(false)
    expect(paid({ expiresAt: at(11) }, { periodEnd: null })).toBe(false)
    expect(paid({ expiresAt: at(12) }, { periodEnd: null })).toBe(true)
  })
})
