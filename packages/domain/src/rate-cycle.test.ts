import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Allowance } from './allowance.ts'
import type { Cycle, CycleLine, CycleTerms, LineMetering } from './cycle.ts'
import { formatDecimal } from './decimal.ts'
import { recomputeLine } from './line-charge.ts'
import { planCycle } from './plan-cycle.ts'
import { rateCycle } from './rate-cycle.ts'
import { answerQuestions, type TestEvent } from './testing/answer-questions.ts'
import { dec, rat } from './testing/price-arbitrary.ts'
import type { MeterFacts } from './usage-measure.ts'

const day = (text: string) => new Date(`${text}T00:00:00Z`)
const dayMs = 86_400_000
const cycle: Cycle = {
  grid: { anchor: day('2026-01-01'), period: 'MONTHLY', count: 1, timeZone: 'UTC' },
  start: day('2026-01-01'),
  prorationBehavior: 'none',
  externalCustomerId: 'acme',
  closes: { start: day('2026-03-01'), end: day('2026-04-01') },
  opens: { start: day('2026-04-01'), end: day('2026-05-01') },
}
const february = { start: day('2026-02-01'), end: day('2026-03-01') }

interface LineOptions extends Partial<Omit<CycleLine, 'terms' | 'metering'>> {
  readonly terms?: Partial<CycleTerms>
  readonly meter?: Partial<MeterFacts>
  readonly metering?: Partial<LineMetering>
}

function line({ terms, meter, metering, ...rest }: LineOptions = {}): CycleLine {
  return {
    id: 'line',
    chain: 'chain',
    start: cycle.start,
    quantity: dec('1'),
    ...rest,
    terms: {
      type: 'USAGE',
      invoice_cadence: 'ARREAR',
      currency: 'usd',
      billing_period: 'MONTHLY',
      billing_period_count: 1,
      billing_model: 'FLAT_FEE',
      amount: '1',
      ...terms,
    },
    metering: {
      meter: {
        event_name: 'call',
        aggregation_type: 'SUM',
        field: 'value',
        multiplier: null,
        bucket_size: null,
        group_by: null,
        filters: [],
        reset_usage: 'BILLING_PERIOD',
        ...meter,
      },
      bucketSize: null,
      filterValues: null,
      allowances: [],
      ...metering,
    },
  }
}

function event(at: string, value: string, rest: Partial<TestEvent> = {}): TestEvent {
  return { at: new Date(at.length === 10 ? `${at}T12:00:00Z` : at), value, ...rest }
}

function rate(of: Cycle, lines: readonly CycleLine[], events: readonly TestEvent[]) {
  const plan = planCycle(of, lines)
  return rateCycle(plan, answerQuestions(plan.questions, events))
}

function amounts(of: Cycle, lines: readonly CycleLine[], events: readonly TestEvent[]): string[] {
  return rate(of, lines, events).map(({ amount, explanation }) => {
    expect(formatDecimal(recomputeLine(JSON.parse(JSON.stringify(explanation))))).toBe(formatDecimal(amount))
    return formatDecimal(amount)
  })
}

function allowance(limit: number | null, reset: Allowance['reset'] = null, id = 'feature'): Allowance {
  return { id, limit, reset }
}

function free(...allowances: Allowance[]) {
  return { metering: { allowances } }
}

const march = [event('2026-03-02', '5'), event('2026-03-20', '7')]

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
      'of each line its own window: tiers begin anew',
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
    const [charge] = rateCycle(plan, [{ parts: [{ ...part, eventCount: 5, notNumeric: 2 }] }])
    expect(charge?.warnings).toEqual([
      { code: 'not_numeric', message: '2 events have a value that is not a number, and count as absent.' },
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
      'over lines in order of time',
      cycle,
      [
        line({ id: 'b', start: day('2026-03-10'), ...free(allowance(6)) }),
        line({ id: 'a', end: day('2026-03-10'), ...free(allowance(6)) }),
      ],
      march,
      ['6', '0'],
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
      'once over two measures that run on',
      cycle,
      [
        line({
          id: 'a',
          meter: { reset_usage: 'NEVER' },
          metering: { filterValues: { k: ['a'] }, allowances: [allowance(110, 'NEVER')] },
        }),
        line({
          id: 'b',
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

const seed = 20_261_127
const someEvents = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 90 * dayMs - 1 }).map((ms) => new Date(cycle.start.getTime() + ms)),
    value: fc.integer({ min: 0, max: 60 }).map(String),
  }),
  { maxLength: 25 },
)
const threeMonths = {
  ...cycle,
  usage: 'within' as const,
  closes: { start: cycle.start, end: day('2026-04-01') },
}
const total = (texts: readonly string[]) => texts.reduce((sum, text) => sum.plus(dec(text)), dec('0'))
const additive = fc.constantFrom('SUM' as const, 'COUNT' as const)

describe('however a window is split', () => {
  const cut = fc.uniqueArray(fc.integer({ min: 1, max: 90 * 24 - 1 }), { maxLength: 5 })
  const reset = fc.constantFrom(
    'DAILY' as const,
    'NEVER' as const,
    'MONTHLY' as const,
    'ANNUAL' as const,
    null,
  )

  it('additive usage beyond an allowance adds up', () => {
    fc.assert(
      fc.property(
        someEvents,
        cut,
        additive,
        reset,
        fc.integer({ min: 0, max: 200 }),
        (events, hours, aggregation_type, of, limit) => {
          const at = (hour: number) => new Date(cycle.start.getTime() + hour * 3_600_000)
          const points = [0, ...hours.sort((left, right) => left - right), 90 * 24].map(at)
          const options = { meter: { aggregation_type }, ...free(allowance(limit, of)) }
          const lines = points
            .slice(1)
            .map((end, index) =>
              line({ ...options, id: `l${index}`, start: points[index] ?? cycle.start, end }),
            )
          const whole = total(amounts(threeMonths, [line({ ...options })], events))
          expect(total(amounts(threeMonths, lines, events)).eq(whole)).toBe(true)
        },
      ),
      { seed, numRuns: 200 },
    )
  })

  it('an allowance given once leaves max(0, total − A), over invoice after invoice', () => {
    fc.assert(
      fc.property(
        someEvents,
        additive,
        fc.integer({ min: 0, max: 200 }),
        (events, aggregation_type, limit) => {
          const lines = [line({ meter: { aggregation_type }, ...free(allowance(limit, 'NEVER')) })]
          const months = [0, 1, 2].map((month) => ({
            start: new Date(Date.UTC(2026, month, 1)),
            end: new Date(Date.UTC(2026, month + 1, 1)),
          }))
          const billed = total(months.flatMap((closes) => amounts({ ...cycle, closes }, lines, events)))
          const all =
            aggregation_type === 'COUNT'
              ? dec(String(events.length))
              : total(events.map(({ value }) => value))
          const beyond = all.minus(dec(String(limit)))
          expect(formatDecimal(billed)).toBe(formatDecimal(beyond.gt(dec('0')) ? beyond : dec('0')))
        },
      ),
      { seed, numRuns: 200 },
    )
  })
})

describe('every usage line', () => {
  const model = fc.constantFrom<Partial<CycleTerms>>(
    { billing_model: 'FLAT_FEE', amount: '0.0037' },
    { billing_model: 'PACKAGE', amount: '1.005', transform_quantity: { divide_by: 7 } },
    { billing_model: 'PACKAGE', amount: '1.005', transform_quantity: { divide_by: 7, round: 'down' } },
    ...(['SLAB', 'VOLUME'] as const).map((tier_mode) => ({
      billing_model: 'TIERED' as const,
      tier_mode,
      tiers: [
        { up_to: '10', unit_amount: '0.333', flat_amount: '1' },
        { up_to: '33.5', unit_amount: '0.0101' },
        { up_to: null, unit_amount: '0.007', flat_amount: '0.125' },
      ],
    })),
  )
  const measured = fc.oneof(
    fc
      .constantFrom('AVG' as const, 'WEIGHTED_SUM' as const, 'LATEST' as const, 'COUNT_UNIQUE' as const)
      .map((aggregation_type) => ({ aggregation_type, bucket_size: null })),
    fc.record({
      aggregation_type: fc.constantFrom('SUM' as const, 'MAX' as const, 'WEIGHTED_SUM' as const),
      bucket_size: fc.constantFrom(
        null,
        'MINUTE' as const,
        'HOUR' as const,
        'DAY' as const,
        'WEEK' as const,
        'MONTH' as const,
      ),
    }),
  )
  const allowances = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b'),
      limit: fc.option(fc.integer({ min: 0, max: 99 })),
      reset: fc.constantFrom('DAILY' as const, 'NEVER' as const, null),
    }),
    { maxLength: 2 },
  )

  it('is recomputed from its explanation, after a way through JSON, and is never negative', () => {
    fc.assert(
      fc.property(someEvents, model, measured, allowances, (events, terms, meter, given) => {
        for (const amount of amounts(cycle, [line({ terms, meter, ...free(...given) })], events)) {
          expect(dec(amount).gte(dec('0'))).toBe(true)
        }
      }),
      { seed, numRuns: 500 },
    )
  })

  it('in SLAB never costs less for more usage', () => {
    const slab = model.filter(({ tier_mode }) => tier_mode === 'SLAB')
    fc.assert(
      fc.property(someEvents, someEvents, slab, allowances, (events, more, terms, given) => {
        const lines = [line({ terms, ...free(...given) })]
        expect(
          total(amounts(cycle, lines, events)).lte(total(amounts(cycle, lines, [...events, ...more]))),
        ).toBe(true)
      }),
      { seed, numRuns: 300 },
    )
  })

  it('of a month of different minutes has a bounded explanation', () => {
    const events = [...Array(1000).keys()].map((index) => ({
      at: new Date(day('2026-03-01').getTime() + index * 60_000),
      value: String(index % 500),
    }))
    for (const { billing_model } of [
      { billing_model: 'FLAT_FEE' as const },
      { billing_model: 'PACKAGE' as const },
    ]) {
      const lines = [
        line({
          metering: { bucketSize: 'MINUTE' },
          terms: { billing_model, transform_quantity: { divide_by: 7 } },
        }),
      ]
      const [charge] = rate(cycle, lines, events)
      const buckets = charge && 'buckets' in charge.explanation ? charge.explanation.buckets : []
      expect(buckets).toHaveLength(101)
      expect(buckets.reduce((sum, group) => sum + group.buckets, 0)).toBe(1000)
      expect(amounts(cycle, lines, events)).toEqual([
        billing_model === 'FLAT_FEE' ? '249500' : String(2 * packages(500)),
      ])
    }
  })
})

function packages(values: number): number {
  return [...Array(values).keys()].reduce((sum, value) => sum + Math.ceil(value / 7), 0)
}
