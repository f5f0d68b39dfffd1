import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import {
  conversionRateProblem,
  costOfCredits,
  creditsBought,
  creditsForMoney,
  moneyOfCredits,
} from './conversion.ts'

describe('credits and money', () => {
  it.each([
    ['1.005', '1', 'usd', '1'],
    ['1.999', '1', 'jpy', '1'],
    ['3', '0.333333333333333333', 'usd', '0.99'],
    ['0.001', '1', 'kwd', '0.001'],
  ])('%s credits at %s pay what is cut to the unit of %s', (credits, rate, currency, money) => {
    expect(formatDecimal(moneyOfCredits(dec(credits), dec(rate), currency))).toBe(money)
  })

  it.each([
    ['10', '3', '100', '3.33333334'],
    ['10', '1', '100', '10'],
    ['0.01', '7', '100', '0.00142858'],
    ['10', '3', '3.333333335', '3.333333335'],
  ])(
    '%s of money at %s takes what is rounded up at 8 decimals, at most the %s there are',
    (...[money, rate, available, credits]) => {
      expect(formatDecimal(creditsForMoney(dec(money), dec(rate), dec(available)))).toBe(credits)
    },
  )

  it('are bought for what is rounded to the currency, or for an amount that is cut', () => {
    expect(formatDecimal(costOfCredits(dec('0.125'), dec('1'), 'usd'))).toBe('0.13')
    expect(formatDecimal(creditsBought(dec('10'), dec('3')))).toBe('3.33333333')
  })

  it.each([
    ['0', 'usd', 'must be more than 0'],
    ['-1', 'usd', 'must be more than 0'],
    ['1000000', 'usd', undefined],
    ['1000000.1', 'usd', 'must be at most 1000000 in usd'],
    ['100000000', 'jpy', undefined],
    ['100001', 'kwd', 'must be at most 100000 in kwd'],
  ])('a rate of %s in %s: %s', (rate, currency, problem) => {
    expect(conversionRateProblem(dec(rate), currency)).toBe(problem)
  })
})
