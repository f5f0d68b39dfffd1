import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decimal, formatDecimal, zero } from '../money/decimal.ts'
import { fromUnits } from '../money/money.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { emptyPurses, type PursesWorld } from '../testing/purses.ts'
import { type CreditTarget, type PaidInvoice, planCredits } from './plan-credits.ts'

const seed = 20_261_141

interface Paid {
  readonly spent?: readonly [debitId: string, left: string, paymentId?: string][]
  readonly payments?: readonly [id: string, amount: string, refunded?: string][]
  readonly unspent?: string
}

function paidInvoice({ spent = [], payments = [], unspent }: Paid): PaidInvoice {
  return {
    spent: spent.map(([debitId, left, paymentId = null]) => ({ debitId, paymentId, left: dec(left) })),
    payments: payments.map(([id, amount, refunded = '0']) => ({
      ...{ id, amount: dec(amount) },
      refunded: dec(refunded),
    })),
    unspent: unspent === undefined ? null : dec(unspent),
  }
}

function plan(
  amounts: readonly string[],
  {
    open = {},
    target = 'PREPAID_WALLET',
    ...paid
  }: Paid & { open?: Record<string, string>; target?: CreditTarget },
): string[] {
  const credits = amounts.map((amount, index) => ({
    ...{ id: `c${index}`, invoiceId: 'own', amount: dec(amount), target },
  }))
  const invoices = Object.entries(open).map(([id, remaining]) => ({ id, remaining: dec(remaining) }))
  const planned = planCredits(credits, { open: invoices, paidOf: () => paidInvoice(paid) })
  const text = formatDecimal
  if ('refundable' in planned)
    return [`${planned.credit.id}: ${text(planned.amount)} of ${text(planned.refundable)}`]
  return planned.map(({ lowered, returned, refunded }) =>
    [
      ...lowered.map((one) => `${one.invoiceId} ${text(one.amount)}`),
      ...returned.map((one) => `${one.debitId} ${text(one.amount)}`),
      ...refunded.map((one) => `${one.paymentId ?? 'beyond'} ${text(one.amount)}`),
    ].join(', '),
  )
}

describe('what is credited', () => {
  it('lowers what is due, then gives back credits, those spent last first, and only the rest is money', () => {
    const world: Paid & { open: Record<string, string> } = {
      open: { own: '1', other: '2' },
      spent: [
        ['closing', '3'],
        ['later', '4', 'pay_credits'],
      ],
      payments: [['pay', '5']],
    }
    expect(plan(['2'], world)).toEqual(['own 1, other 1'])
    expect(plan(['6'], world)).toEqual(['own 1, other 2, later 3'])
    expect(plan(['15'], world)).toEqual(['own 1, other 2, later 4, closing 3, pay 5'])
    expect(plan(['2', '2', '9'], world)).toEqual([
      'own 1, other 1',
      'other 1, later 1',
      'later 3, closing 3, pay 3',
    ])
  })

  it('goes to the wallet also where another invoice has paid, but back to the source only what came from there', () => {
    const world: Paid = { payments: [['pay', '5', '2']] }
    expect(plan(['4'], world)).toEqual(['pay 3, beyond 1'])
    expect(plan(['3'], { ...world, target: 'BACK_TO_SOURCE' })).toEqual(['pay 3'])
    expect(plan(['2', '2'], { ...world, target: 'BACK_TO_SOURCE' })).toEqual(['c1: 2 of 1'])
  })

  it('is of bought credits only what is not spent', () => {
    const world: Paid = { payments: [['pay', '10']], unspent: '4' }
    expect(plan(['1', '3'], world)).toEqual(['pay 1', 'pay 3'])
    expect(plan(['1', '3.01'], world)).toEqual(['c1: 3.01 of 3'])
  })

  it('is shared to the unit, never more back than came in, in the order of the rule', () => {
    const units = fc.integer({ min: 1, max: 400 })
    const three = <Value>(values: fc.Arbitrary<Value>) => fc.array(values, { minLength: 3, maxLength: 3 })
    const world = fc.record({
      credits: fc.array(fc.record({ of: fc.nat(2), units, isSource: fc.boolean() }), { maxLength: 6 }),
      open: three(fc.nat(200)),
      spent: three(fc.array(units, { maxLength: 3 })),
      paid: three(fc.array(units, { maxLength: 3 })),
    })
    fc.assert(
      fc.property(world, (drawn) => {
        const model = emptyPurses(drawn)
        const planned = planWorld(drawn)
        if ('refundable' in planned) {
          expect(planned.credit.id).toBe(`${model.at(-1)}`)
          return
        }
        const count = (amount: Decimal) => formatDecimal(amount.times(dec('100')))
        expect(
          planned.map(({ lowered, returned, refunded }) =>
            [
              ...lowered.map((one) => `open ${one.invoiceId} ${count(one.amount)}`),
              ...returned.map((one) => `${one.debitId} ${count(one.amount)}`),
              ...refunded.map((one) => `${one.paymentId ?? 'beyond'} ${count(one.amount)}`),
            ].join(', '),
          ),
        ).toEqual(model)
      }),
      { seed, numRuns: 500 },
    )
  })
})

function planWorld({ credits, open, spent, paid }: PursesWorld) {
  const money = (units: number) => fromUnits(BigInt(units), 'usd')
  const owed = credits.map(({ of, units, isSource }, index) => ({
    ...{ id: `${index}`, invoiceId: `${of}`, amount: money(units) },
    target: isSource ? ('BACK_TO_SOURCE' as const) : ('PREPAID_WALLET' as const),
  }))
  return planCredits(owed, {
    open: open.map((units, id) => ({ id: `${id}`, remaining: money(units) })),
    paidOf: (id) => ({
      spent: (spent[Number(id)] ?? []).map((units, place) => {
        return { debitId: `${id}d${place}`, paymentId: null, left: money(units) }
      }),
      payments: (paid[Number(id)] ?? []).map((units, place) => {
        return { id: `${id}p${place}`, amount: money(units), refunded: zero }
      }),
      unspent: null,
    }),
  })
}
