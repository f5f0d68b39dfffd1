import { expect, test } from 'vitest'
import { type FeatureTerms, featureTypes, validateFeatureTerms } from './feature-terms.ts'

const meter = { event_name: 'call', aggregation: { type: 'COUNT' }, reset_usage: 'NEVER' } as const

test.each<[string, FeatureTerms]>([
  ['metered with a meter of its own', { type: 'metered', meter }],
  ['metered with an existing meter', { type: 'metered', meter_id: 'meter_1' }],
  ['boolean', { type: 'boolean' }],
  ['static with an empty meter', { type: 'static', meter_id: '' }],
])('a feature is valid: %s', (_name, feature) => {
  expect(validateFeatureTerms(feature)).toEqual([])
})

test.each<[string, FeatureTerms, string[]]>([
  ['metered without a meter', { type: 'metered' }, ['meter']],
  ['metered with two', { type: 'metered', meter, meter_id: 'meter_1' }, ['meter_id']],
  [
    'metered with a bad one',
    { type: 'metered', meter: { ...meter, aggregation: { type: 'SUM' } } },
    ['meter.aggregation.field'],
  ],
])('a feature is refused by the field at fault: %s', (_name, feature, paths) => {
  expect(validateFeatureTerms(feature).map(({ path }) => path)).toEqual(paths)
})

test.each(featureTypes.filter((type) => type !== 'metered'))('a %s feature refuses a meter', (type) => {
  expect(validateFeatureTerms({ type, meter, meter_id: 'meter_1' }).map(({ path }) => path)).toEqual([
    'meter_id',
    'meter',
  ])
})
