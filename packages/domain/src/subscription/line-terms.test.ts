import { expect, test } from 'vitest'
import type { BillingPeriod } from '../time/billing-period.ts'
import { validateLineTerms } from './line-terms.ts'

const terms = (billing_period: BillingPeriod, billing_period_count = 1, currency = 'usd') => ({
  currency,
  billing_period,
  billing_period_count,
})
const monthly = terms('MONTHLY')

test.each([
  ['the same', terms('MONTHLY'), monthly, 'plan', []],
  ['ONETIME', terms('ONETIME'), monthly, 'plan', []],
  ['another count', terms('MONTHLY', 3), monthly, 'plan', ['billing_period']],
  ['another period, however equal', terms('QUARTERLY'), terms('MONTHLY', 3), 'plan', ['billing_period']],
  ['currency and period', terms('ANNUAL', 1, 'eur'), monthly, 'plan', ['currency', 'billing_period']],
  ['an own longer one', terms('ANNUAL'), monthly, 'subscription', []],
  ['an own equal one', terms('QUARTERLY'), terms('MONTHLY', 3), 'subscription', []],
  ['an own shorter one', terms('MONTHLY'), terms('QUARTERLY'), 'subscription', ['billing_period']],
  ['own weeks in a month', terms('WEEKLY', 4), monthly, 'subscription', ['billing_period']],
  ['own weeks that are always longer than a month', terms('WEEKLY', 5), monthly, 'subscription', []],
  ['an own month in four weeks', monthly, terms('WEEKLY', 4), 'subscription', []],
  [
    'an own month in 29 days, which February has not',
    monthly,
    terms('DAILY', 29),
    'subscription',
    ['billing_period'],
  ],
] as const)('%s: what is wrong with the price as a line', (_what, price, subscription, owner, paths) => {
  expect(validateLineTerms(price, subscription, owner).map(({ path }) => path)).toEqual(paths)
})
