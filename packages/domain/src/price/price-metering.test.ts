import { expect, test } from 'vitest'
import {
  type PricedMeter,
  type PriceMetering,
  validateAgainstMeter,
  validatePriceMetering,
} from './price-metering.ts'

const usage = { type: 'USAGE', meter_id: 'meter_1' } as const
const peak: PricedMeter = {
  aggregation_type: 'MAX',
  reset_usage: 'BILLING_PERIOD',
  filters: [{ key: 'region', values: ['eu', 'us'] }],
}

test.each<[string, PriceMetering, string[]]>([
  ['usage with a meter', usage, []],
  ['usage of some events', { ...usage, bucket_size: 'DAY', filter_values: { region: ['eu'] } }, []],
  ['a fixed price', { type: 'FIXED', meter_id: '', filter_values: {} }, []],
  ['usage without a meter', { type: 'USAGE' }, ['meter_id']],
  ['usage of an empty meter', { type: 'USAGE', meter_id: '' }, ['meter_id']],
  ['a list without values', { ...usage, filter_values: { region: [] } }, ['filter_values.region']],
  ['a property without a name', { ...usage, filter_values: { '': ['a'] } }, ['filter_values']],
  [
    'a fixed price with all of it',
    { type: 'FIXED', meter_id: 'meter_1', bucket_size: 'DAY', filter_values: { a: ['b'] } },
    ['meter_id', 'bucket_size', 'filter_values'],
  ],
])("a price's metering: %s", (_name, price, paths) => {
  expect(validatePriceMetering(price).map(({ path }) => path)).toEqual(paths)
})

test.each<[string, PriceMetering, PricedMeter, string[]]>([
  ['buckets of a maximum', { ...usage, bucket_size: 'DAY' }, peak, []],
  [
    'buckets of a count',
    { ...usage, bucket_size: 'DAY' },
    { ...peak, aggregation_type: 'COUNT' },
    ['bucket_size'],
  ],
  [
    'buckets of what is never reset',
    { ...usage, bucket_size: 'DAY' },
    { ...peak, reset_usage: 'NEVER' },
    ['bucket_size'],
  ],
  ['a part of what the meter lets through', { ...usage, filter_values: { region: ['eu'] } }, peak, []],
  ['a property that the meter does not filter', { ...usage, filter_values: { tier: ['x'] } }, peak, []],
  [
    'what the meter filters out',
    { ...usage, filter_values: { region: ['eu', 'asia'] } },
    peak,
    ['filter_values.region'],
  ],
])('a price against its meter: %s', (_name, price, meter, paths) => {
  expect(validateAgainstMeter(price, meter).map(({ path }) => path)).toEqual(paths)
})
