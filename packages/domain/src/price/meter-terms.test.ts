import { describe, expect, test } from 'vitest'
import { aggregationTypes, isBucketable, type MeterTerms, validateMeterTerms } from './meter-terms.ts'

const count: MeterTerms = {
  event_name: 'call',
  aggregation: { type: 'COUNT' },
  reset_usage: 'BILLING_PERIOD',
}
const terms = (aggregation: MeterTerms['aggregation'], rest: Partial<MeterTerms> = {}): MeterTerms => ({
  ...count,
  aggregation,
  ...rest,
})

describe('a meter', () => {
  test.each(aggregationTypes)('of %s is valid with just what it reads', (type) => {
    const field = type === 'COUNT' ? {} : { field: 'bytes' }
    const multiplier = type === 'SUM_WITH_MULTIPLIER' ? { multiplier: '0.001' } : {}
    const bucket = isBucketable(type) ? ({ bucket_size: 'DAY', group_by: 'region' } as const) : {}
    expect(validateMeterTerms(terms({ type, ...field, ...multiplier }))).toEqual([])
    expect(validateMeterTerms(terms({ type, ...field, ...multiplier, ...bucket }))).toEqual([])
  })

  test.each<[string, MeterTerms, string[]]>([
    ['no event name', { ...count, event_name: '' }, ['event_name']],
    ['no aggregation', terms({}), ['aggregation.type']],
    ['a sum of nothing', terms({ type: 'SUM' }), ['aggregation.field']],
    ['a sum of an empty field', terms({ type: 'SUM', field: '' }), ['aggregation.field']],
    ['a count of a field', terms({ type: 'COUNT', field: 'a' }), ['aggregation.field']],
    [
      'a multiplier that is missing',
      terms({ type: 'SUM_WITH_MULTIPLIER', field: 'a' }),
      ['aggregation.multiplier'],
    ],
    [
      'a multiplier of 0',
      terms({ type: 'SUM_WITH_MULTIPLIER', field: 'a', multiplier: '0' }),
      ['aggregation.multiplier'],
    ],
    [
      'a multiplier below 0',
      terms({ type: 'SUM_WITH_MULTIPLIER', field: 'a', multiplier: '-1' }),
      ['aggregation.multiplier'],
    ],
    [
      'a multiplier that is no number',
      terms({ type: 'SUM_WITH_MULTIPLIER', field: 'a', multiplier: 'x' }),
      ['aggregation.multiplier'],
    ],
    [
      'a multiplier that nothing reads',
      terms({ type: 'MAX', field: 'a', multiplier: '2' }),
      ['aggregation.multiplier'],
    ],
    [
      'buckets of an average',
      terms({ type: 'AVG', field: 'a', bucket_size: 'DAY' }),
      ['aggregation.bucket_size'],
    ],
    [
      'buckets of what is never reset',
      terms({ type: 'MAX', field: 'a', bucket_size: 'DAY' }, { reset_usage: 'NEVER' }),
      ['aggregation.bucket_size'],
    ],
    [
      'groups without buckets',
      terms({ type: 'MAX', field: 'a', group_by: 'region' }),
      ['aggregation.group_by'],
    ],
    ['a filter without a key', { ...count, filters: [{ key: '', values: ['a'] }] }, ['filters[0].key']],
    ['a filter without values', { ...count, filters: [{ key: 'a', values: [] }] }, ['filters[0].values']],
    [
      'two filters of one property',
      {
        ...count,
        filters: [
          { key: 'a', values: ['1'] },
          { key: 'a', values: ['2'] },
        ],
      },
      ['filters[1].key'],
    ],
  ])('is refused by the field at fault: %s', (_name, meter, paths) => {
    expect(validateMeterTerms(meter).map(({ path }) => path)).toEqual(paths)
  })
})
