import { describe, expect, it } from 'vitest'
import { linesOf, type PlanPriceTerms, type SubscriptionTerms } from './subscription-lines.ts'

const day = (text: string) => new Date(`${text}T00:00:00Z`)
const subscription: SubscriptionTerms = {
  currency: 'usd',
  period: 'MONTHLY',
  count: 1,
  start: day('2026-03-10'),
}
function price(rest: Partial<PlanPriceTerms> = {}): PlanPriceTerms {
  return {
    root_price_id: 'price_1',
    currency: 'usd',
    billing_period: 'MONTHLY',
    billing_period_count: 1,
    start_date: day('2026-01-01'),
    end_date: null,
    ...rest,
  }
}

describe('a price of the plan', () => {
  it.each<[string, Partial<PlanPriceTerms>, string, string | null]>([
    ['at work, from the subscription on', {}, '2026-03-10', null],
    ['scheduled, from its own start', { start_date: day('2026-07-01') }, '2026-07-01', null],
    ['ending later, to its end', { end_date: day('2026-03-11') }, '2026-03-10', '2026-03-11'],
    ['ONETIME', { billing_period: 'ONETIME' }, '2026-03-10', null],
  ])('makes a line: %s', (_name, rest, start, end) => {
    const of = price(rest)
    const line = { price: of, start: day(start), end: end === null ? null : day(end) }
    expect(linesOf(subscription, [of])).toEqual([line])
  })

  it.each<[string, Partial<PlanPriceTerms>]>([
    ['of another currency', { currency: 'eur' }],
    ['of another currency, ONETIME', { currency: 'eur', billing_period: 'ONETIME' }],
    ['of another period', { billing_period: 'ANNUAL' }],
    ['of another count', { billing_period_count: 2 }],
    ['that ended before the start', { end_date: day('2026-03-01') }],
    ['that ends at the start', { end_date: day('2026-03-10') }],
  ])('makes no line: one %s', (_name, rest) => {
    expect(linesOf(subscription, [price(rest)])).toEqual([])
  })
})

describe('a chain of prices', () => {
  const edited = day('2026-04-01')
  const chainOf = (billing_period: PlanPriceTerms['billing_period']) => [
    price({ billing_period, start_date: edited }),
    price({ billing_period, end_date: edited }),
  ]

  it('makes a line of each that is at work in its time', () => {
    expect(linesOf(subscription, chainOf('MONTHLY'))).toHaveLength(2)
  })

  it('makes one line when it is ONETIME, of the one at work first: a price edit does not bill it twice', () => {
    const chain = chainOf('ONETIME')
    expect(linesOf(subscription, chain)).toEqual([
      { price: chain[1], start: subscription.start, end: edited },
    ])
    expect(linesOf({ ...subscription, start: edited }, chain)).toMatchObject([{ price: chain[0] }])
    const otherChain = price({ billing_period: 'ONETIME', root_price_id: 'price_2' })
    expect(linesOf(subscription, [...chain, otherChain])).toHaveLength(2)
  })
})
