import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import type { TestEvent } from '../testing/answer-questions.ts'
import { dec, rat } from '../testing/price-arbitrary.ts'
import { amounts, cycle, day, event, february, line, march, rate } from '../testing/usage-cycle.ts'
import type { Cycle, CycleLine } from './cycle.ts'
import { planCycle } from './plan-cycle.ts'
import { rateCycle } from './rate-cycle.ts'

describe('usage bills', () => {
  it.each<[string, Cycle, CycleLine[], TestEvent[], string[]]>([
    [
      'what is in its window alone',
      cycle,
      [line()],
      [event('2026-02-28', '1'), ...march, event('2026-04-01', '1')],
      ['12'],
    ],
    ['nothing as 0', cycle, [line()], [], ['0']],
    [
      'an average, rounded once: a third of 0.015 is 0.005',
      cycle,
      [line({ meter: { aggregation_type: 'AVG' }, terms: { amount: '0.015' } })],
      [event('2026-03-02', '0'), event('2026-03-02', '0'), event('2026-03-02', '1')],
      ['0.01'],
    ],
    // 10 from 11 March on: 21 of 31 days.
    [
      'a weighted sum of the whole month',
      cycle,
      [line({ meter: { aggregation_type: 'WEIGHTED_SUM' }, terms: { amount: '31' } })],
      [event('2026-03-11T00:00:00Z', '10')],
      ['210'],
    ],
    [
      'of lines of one chain one package, by their parts of the usage',
      cycle,
      [
        line({
          id: 'a',
          end: day('2026-03-10'),
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
        line({
          id: 'b',
          start: day('2026-03-10'),
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
      ],
      march,
      ['0.83', '1.17'],
    ],
    [
      'of each chain its own window: packages begin anew',
      cycle,
      [
        line({
          id: 'a',
          chain: 'a',
          end: day('2026-03-10'),
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
        line({
          id: 'b',
          start: day('2026-03-10'),
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
      ],
      march,
      ['1', '1'],
    ],
    ['nothing of a trial', { ...cycle, trialEnd: day('2026-03-10') }, [line()], march, ['7']],
    [
      'up to the subscription’s end',
      {
        ...cycle,
        end: day('2026-03-10'),
        closes: { start: day('2026-03-01'), end: day('2026-03-10') },
        opens: null,
      },
      [line()],
      march,
      ['5'],
    ],
    [
      'a longer period where that ends',
      cycle,
      [line({ terms: { billing_period: 'QUARTERLY' } })],
      [event('2026-01-02', '1'), ...march],
      ['13'],
    ],
    [
      'a longer period not before',
      { ...cycle, closes: february },
      [line({ terms: { billing_period: 'QUARTERLY' } })],
      [event('2026-01-02', '1')],
      [],
    ],
    [
      'each bucket alone',
      cycle,
      [
        line({
          metering: { bucketSize: 'DAY' },
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
      ],
      march,
      ['2'],
    ],
    [
      'the greatest value of each day',
      cycle,
      [line({ meter: { aggregation_type: 'MAX', bucket_size: 'DAY' } })],
      [...march, event('2026-03-20', '9')],
      ['14'],
    ],
    [
      'each group of a bucket alone',
      cycle,
      [line({ meter: { aggregation_type: 'MAX', bucket_size: 'DAY', group_by: 'model' } })],
      [event('2026-03-20', '3', { group: 'a' }), event('2026-03-20', '4', { group: 'b' })],
      ['7'],
    ],
    [
      'a value that runs on, from the subscription’s start',
      cycle,
      [line({ meter: { reset_usage: 'NEVER' } })],
      [event('2026-01-02', '100'), event('2026-03-02', '-20'), event('2026-04-02', '1')],
      ['80'],
    ],
    // 10 since January are 10 of March, however long ago they came; 31 from 11 March on are 21 of it.
    [
      'a weighted value that runs on: for as long as it was there in the window',
      cycle,
      [line({ meter: { aggregation_type: 'WEIGHTED_SUM', reset_usage: 'NEVER' } })],
      [event('2026-01-11T00:00:00Z', '10'), event('2026-03-11T00:00:00Z', '31')],
      ['31'],
    ],
    [
      'a weighted value that runs on, less what is free in each period',
      cycle,
      [
        line({
          meter: { aggregation_type: 'WEIGHTED_SUM', reset_usage: 'NEVER' },
          metering: { allowances: [{ id: 'feature', limit: 4, reset: null }] },
        }),
      ],
      [event('2026-01-11T00:00:00Z', '10'), event('2026-03-11T00:00:00Z', '31')],
      ['27'],
    ],
    // 80 at 1 for 9 of 31 days and at 2 for 22 of them.
    [
      'a value that runs on once a period, at each price of its chain by its time',
      cycle,
      [
        line({ id: 'a', end: day('2026-03-10'), meter: { reset_usage: 'NEVER' } }),
        line({ id: 'b', start: day('2026-03-10'), meter: { reset_usage: 'NEVER' }, terms: { amount: '2' } }),
        line({ id: 'c', chain: 'other', meter: { reset_usage: 'NEVER' }, terms: { amount: '3' } }),
      ],
      [event('2026-01-02', '100'), event('2026-03-02', '-20')],
      ['23.22', '113.55', '240'],
    ],
    [
      'what both the meter’s and the price’s filters let through',
      cycle,
      [
        line({
          meter: { filters: [{ key: 'kind', values: ['a', 'b'] }] },
          metering: { filterValues: { kind: ['b', 'c'], zone: ['eu'] } },
        }),
      ],
      [
        event('2026-03-02', '1', { properties: { kind: 'b', zone: 'eu' } }),
        event('2026-03-02', '2', { properties: { kind: 'a', zone: 'eu' } }),
        event('2026-03-02', '4', { properties: { kind: 'c', zone: 'eu' } }),
        event('2026-03-02', '8', { properties: { kind: 'b', zone: 'us' } }),
      ],
      ['1'],
    ],
    [
      'of any window what lies in it, by periods',
      { ...cycle, usage: 'within', closes: { start: day('2026-02-10'), end: day('2026-03-10') } },
      [line()],
      [event('2026-02-05', '1'), event('2026-02-20', '2'), ...march],
      ['2', '5'],
    ],
  ])('%s', (_name, of, lines, events, expected) => {
    expect(amounts(of, lines, events)).toEqual(expected)
  })

  it('a negative quantity as 0, and says so', () => {
    const [charge] = rate(cycle, [line()], [event('2026-03-02', '-3')])
    expect(charge).toMatchObject({ warnings: [{ code: 'negative_quantity' }] })
    expect(formatDecimal(charge?.amount ?? dec('1'))).toBe('0')
  })

  it('says which events were no numbers', () => {
    const plan = planCycle(cycle, [line()])
    const part = { start: day('2026-03-01'), end: day('2026-04-01'), group: null, quantity: rat('2') }
    const [charge] = rateCycle(plan, [
      { parts: [{ ...part, eventCount: 5, notNumeric: 2, oddEventIds: ['e1', 'e2'] }] },
    ])
    expect(charge?.warnings).toEqual([
      {
        ...{ code: 'not_numeric', message: '2 events without a number for a value: counted as absent.' },
        ...{ count: 2, event_ids: ['e1', 'e2'] },
      },
    ])
    expect(charge?.explanation).toMatchObject({ usage: { event_count: 5, not_numeric: 2, quantity: '2' } })
  })

  it('only with an answer to each question, a meter and a customer', () => {
    expect(() => rateCycle(planCycle(cycle, [line()]), [])).toThrow('answer')
    expect(() => planCycle(cycle, [{ ...line(), metering: null }])).toThrow('meter')
    expect(() => planCycle({ ...cycle, externalCustomerId: '' }, [line()])).toThrow('customer')
    expect(() => planCycle(cycle, [line({ meter: { event_name: '' } })])).toThrow('event name')
    expect(() => planCycle(cycle, [line({ metering: { filterValues: { a: [] } } })])).toThrow('filter')
    const apart = {
      meter: { filters: [{ key: 'a', values: ['x'] }] },
      metering: { filterValues: { a: ['y'] } },
    }
    expect(() => planCycle(cycle, [line(apart)])).toThrow('filter')
  })
})
