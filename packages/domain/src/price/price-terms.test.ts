import { describe, expect, it } from 'vitest'
import { type PriceTerms, validatePriceTerms } from './price-terms.ts'

const flat: PriceTerms = {
  type: 'FIXED',
  billing_model: 'FLAT_FEE',
  billing_period: 'MONTHLY',
  billing_period_count: 1,
  invoice_cadence: 'ADVANCE',
  currency: 'usd',
  amount: '9.99',
}
const packaged: PriceTerms = {
  ...flat,
  billing_model: 'PACKAGE',
  transform_quantity: { divide_by: 100, round: 'up' },
}
const tiered: PriceTerms = {
  ...flat,
  billing_model: 'TIERED',
  amount: null,
  tier_mode: 'SLAB',
  tiers: [{ up_to: '10', unit_amount: '1' }, { unit_amount: '0.5' }],
}
const usage: PriceTerms = { ...flat, type: 'USAGE', meter_id: 'meter_1', invoice_cadence: 'ARREAR' }
const noon = new Date('2026-01-01T12:00:00Z')

describe('the terms of a price', () => {
  it.each<[string, PriceTerms]>([
    ['a flat fee', flat],
    ['a free flat fee', { ...flat, amount: '0' }],
    ['an upper case currency', { ...flat, currency: 'EUR' }],
    ['more digits than the currency has', { ...flat, amount: '0.000025' }],
    ['an empty list of tiers where none are used', { ...flat, tiers: [] }],
    ['packages', packaged],
    ['packages without a rounding', { ...packaged, transform_quantity: { divide_by: 1 } }],
    ['tiers', tiered],
    ['volume tiers', { ...tiered, tier_mode: 'VOLUME' }],
    ['usage', usage],
    ['a fixed price in arrear', { ...flat, invoice_cadence: 'ARREAR' }],
    ['every third month', { ...flat, billing_period_count: 3 }],
    ['once', { ...flat, billing_period: 'ONETIME' }],
    ['an end after the start', { ...flat, start_date: noon, end_date: new Date(noon.getTime() + 1) }],
    ['an end without a start', { ...flat, end_date: noon }],
  ])('are valid: %s', (_name, terms) => {
    expect(validatePriceTerms(terms)).toEqual([])
  })

  it.each<[string, PriceTerms, string[]]>([
    ['an unknown currency', { ...flat, currency: 'abc' }, ['currency']],
    ['gold', { ...flat, currency: 'xau' }, ['currency']],
    ['a flat fee without amount', { ...flat, amount: undefined }, ['amount']],
    ['a negative amount', { ...flat, amount: '-0.01' }, ['amount']],
    ['an amount that is no decimal', { ...flat, amount: '1e3' }, ['amount']],
    ['a flat fee with tiers', { ...tiered, billing_model: 'FLAT_FEE', amount: '1' }, ['tier_mode', 'tiers']],
    ['a flat fee with packages', { ...packaged, billing_model: 'FLAT_FEE' }, ['transform_quantity']],
    ['packages without a size', { ...packaged, transform_quantity: null }, ['transform_quantity.divide_by']],
    [
      'packages of nothing',
      { ...packaged, transform_quantity: { divide_by: 0 } },
      ['transform_quantity.divide_by'],
    ],
    [
      'packages of less than nothing',
      { ...packaged, transform_quantity: { divide_by: -1 } },
      ['transform_quantity.divide_by'],
    ],
    [
      'packages of a half',
      { ...packaged, transform_quantity: { divide_by: 1.5 } },
      ['transform_quantity.divide_by'],
    ],
    ['packages without amount', { ...packaged, amount: null }, ['amount']],
    ['tiers without mode', { ...tiered, tier_mode: null }, ['tier_mode']],
    ['no tiers', { ...tiered, tiers: null }, ['tiers']],
    ['tiers with an amount', { ...tiered, amount: '1' }, ['amount']],
    ['tiers with packages', { ...tiered, transform_quantity: { divide_by: 2 } }, ['transform_quantity']],
    ['a closed ladder', { ...tiered, tiers: [{ up_to: '10', unit_amount: '1' }] }, ['tiers[0].up_to']],
    ['no periods', { ...flat, billing_period_count: 0 }, ['billing_period_count']],
    ['half a period', { ...flat, billing_period_count: 0.5 }, ['billing_period_count']],
    ['more periods than a date can hold', { ...flat, billing_period_count: 1001 }, ['billing_period_count']],
    [
      'once, twice',
      { ...flat, billing_period: 'ONETIME', billing_period_count: 2 },
      ['billing_period_count'],
    ],
    ['usage in advance', { ...usage, invoice_cadence: 'ADVANCE' }, ['invoice_cadence']],
    ['usage once', { ...usage, billing_period: 'ONETIME' }, ['billing_period']],
    ['an end at the start', { ...flat, start_date: noon, end_date: noon }, ['end_date']],
    [
      'several at once',
      { ...flat, currency: 'x', amount: '-1', billing_period_count: 0 },
      ['currency', 'amount', 'billing_period_count'],
    ],
  ])('are refused by the field at fault: %s', (_name, terms, paths) => {
    expect(validatePriceTerms(terms).map(({ path }) => path)).toEqual(paths)
  })
})
