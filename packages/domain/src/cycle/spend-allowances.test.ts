import { describe, expect, it } from 'vitest'
import type { TestEvent } from '../testing/answer-questions.ts'
import { allowance, amounts, cycle, day, event, free, line, march, rate } from '../testing/usage-cycle.ts'
import type { Cycle, CycleLine } from './cycle.ts'

describe('an allowance is spent', () => {
  it.each<[string, Cycle, CycleLine[], TestEvent[], string[]]>([
    ['before pricing', cycle, [line(free(allowance(10)))], march, ['2']],
    ['wholly, without a limit', cycle, [line(free(allowance(null)))], march, ['0']],
    ['not below 0', cycle, [line(free(allowance(100)))], march, ['0']],
    [
      'anew each billing period',
      cycle,
      [line(free(allowance(10)))],
      [event('2026-02-02', '50'), ...march],
      ['2'],
    ],
    ['each day', cycle, [line(free(allowance(5, 'DAILY')))], [...march, event('2026-03-20', '1')], ['3']],
    [
      'for the rest of a longer period',
      cycle,
      [line(free(allowance(10, 'ANNUAL')))],
      [event('2026-02-02', '4'), ...march],
      ['6'],
    ],
    [
      'once for all time',
      cycle,
      [line(free(allowance(10, 'NEVER')))],
      [event('2026-01-02', '8'), ...march],
      ['10'],
    ],
    [
      'over lines of one chain by what each has',
      cycle,
      [
        line({ id: 'b', start: day('2026-03-10'), ...free(allowance(6)) }),
        line({ id: 'a', end: day('2026-03-10'), ...free(allowance(6)) }),
      ],
      march,
      ['3.5', '2.5'],
    ],
    [
      'over lines of one time in order of their ids',
      cycle,
      [
        line({ id: 'b', chain: 'b', ...free(allowance(14)) }),
        line({ id: 'a', chain: 'a', ...free(allowance(14)) }),
      ],
      march,
      ['10', '0'],
    ],
    [
      'by lines that have ended before',
      cycle,
      [
        line({ id: 'a', end: day('2026-02-10'), ...free(allowance(10, 'ANNUAL')) }),
        line({ id: 'b', start: day('2026-02-10'), ...free(allowance(10, 'ANNUAL')) }),
      ],
      [event('2026-02-02', '9'), ...march],
      ['11'],
    ],
    [
      'not by lines of another feature',
      cycle,
      [
        line({ id: 'a', end: day('2026-02-10'), ...free(allowance(10, 'ANNUAL', 'x')) }),
        line({ id: 'b', start: day('2026-02-10'), ...free(allowance(10, 'ANNUAL')) }),
      ],
      [event('2026-02-02', '9'), ...march],
      ['2'],
    ],
    [
      'on buckets in order of time',
      cycle,
      [
        line({
          metering: { bucketSize: 'DAY', allowances: [allowance(6)] },
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
      ],
      march,
      ['1'],
    ],
    [
      'on buckets of values that do not add up',
      cycle,
      [line({ meter: { aggregation_type: 'MAX', bucket_size: 'DAY' }, ...free(allowance(6, 'ANNUAL')) })],
      [event('2026-02-02', '4'), ...march],
      ['10'],
    ],
    [
      'each day on longer buckets, which stay whole',
      cycle,
      [
        line({
          metering: { bucketSize: 'WEEK', allowances: [allowance(3, 'DAILY')] },
          terms: { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 } },
        }),
      ],
      [event('2026-03-02', '5'), event('2026-03-03', '7')],
      ['1'],
    ],
    [
      'one after another',
      cycle,
      [line(free(allowance(3, 'DAILY', 'a'), allowance(4, 'ANNUAL', 'b')))],
      march,
      ['2'],
    ],
    [
      'on a greatest value as it is billed, by month',
      cycle,
      [line({ meter: { aggregation_type: 'MAX' }, ...free(allowance(10, 'ANNUAL')) })],
      [event('2026-02-02', '4'), event('2026-02-03', '3'), ...march],
      ['1'],
    ],
    // February: 28 × 14 / 28 = 14; March: 31 × 15.5 / 31 = 15.5; of 20 free 6 are left.
    [
      'on a weighted sum by the share that was billed',
      cycle,
      [line({ meter: { aggregation_type: 'WEIGHTED_SUM' }, ...free(allowance(20, 'ANNUAL')) })],
      [event('2026-02-15T00:00:00Z', '28'), event('2026-03-16T12:00:00Z', '31')],
      ['9.5'],
    ],
    [
      'on a value that runs on, in each window',
      cycle,
      [line({ meter: { reset_usage: 'NEVER' }, ...free(allowance(30)) })],
      [event('2026-01-02', '100')],
      ['70'],
    ],
    [
      'once on a value that runs on: what it grew beyond',
      cycle,
      [line({ meter: { reset_usage: 'NEVER' }, ...free(allowance(110, 'NEVER')) })],
      [event('2026-01-02', '100'), event('2026-03-02', '25')],
      ['15'],
    ],
    [
      'once on a value that runs on through a price edit',
      cycle,
      [
        line({
          id: 'a',
          end: day('2026-03-10'),
          meter: { reset_usage: 'NEVER' },
          ...free(allowance(110, 'NEVER')),
        }),
        line({
          id: 'b',
          start: day('2026-03-10'),
          meter: { reset_usage: 'NEVER' },
          ...free(allowance(110, 'NEVER')),
        }),
      ],
      [event('2026-01-02', '100'), event('2026-03-02', '25'), event('2026-03-12', '5')],
      // Of 20 that it grew beyond, 9 and 22 of 31 days.
      ['5.81', '14.19'],
    ],
    [
      'once over two measures that run on',
      cycle,
      [
        line({
          id: 'a',
          chain: 'a',
          meter: { reset_usage: 'NEVER' },
          metering: { filterValues: { k: ['a'] }, allowances: [allowance(110, 'NEVER')] },
        }),
        line({
          id: 'b',
          chain: 'b',
          meter: { reset_usage: 'NEVER' },
          metering: { filterValues: { k: ['b'] }, allowances: [allowance(110, 'NEVER')] },
        }),
      ],
      [
        event('2026-01-02', '50', { properties: { k: 'a' } }),
        event('2026-01-02', '50', { properties: { k: 'b' } }),
        event('2026-03-02', '25', { properties: { k: 'a' } }),
        event('2026-03-02', '5', { properties: { k: 'b' } }),
      ],
      ['15', '5'],
    ],
  ])('%s', (_name, of, lines, events, expected) => {
    expect(amounts(of, lines, events)).toEqual(expected)
  })

  it('and what was used is told', () => {
    const [charge] = rate(cycle, [line(free(allowance(10, 'ANNUAL')))], [event('2026-02-02', '4'), ...march])
    expect(charge?.explanation).toMatchObject({
      usage: {
        quantity: '12',
        billed_quantity: '6',
        allowances: [{ id: 'feature', limit: 10, reset: 'ANNUAL', used: '6' }],
      },
    })
  })
})
