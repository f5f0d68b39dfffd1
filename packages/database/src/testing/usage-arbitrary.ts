import { type AggregationType, aggregationTypes, type MeterFilter } from '@flexprice/domain/price'
import type { UsageQuestion, UsageSpan } from '@flexprice/domain/usage'
import fc from 'fast-check'
import type { ModelEvent } from './usage-model.ts'

/** Values as they are sent, and the text that PostgreSQL makes of them: numbers keep their digits and lose their exponents. */
export const values = [
  ...['0', '5', '-3', '1.50', '12345678901234567890.123456789012345678', '0.000000000000000001'].map(plain),
  ...['-99999999999999999999.999999999999999999', '123456789012345678901', '1234567890123456789'].map(plain),
  ...['0.1234567890123456789', '1234567890123456789012345678901234567890', '0.30000000000000004'].map(plain),
  ...['9'.repeat(100), '9'.repeat(101), `-0.${'7'.repeat(100)}`, `0.${'7'.repeat(101)}`].map(plain),
  ...['5', '-2.25', '007', '-0', '00000000000000000001', '1.', '.5', '1,5', '+1', ' 1', '1 ', ' -.5e1  '].map(
    quoted,
  ),
  ...['99999999999999999999.999999999999999999', '1e5', '5e-05', '1.5E+3', '+.5e-3', '7.e2', '0e-9999'].map(
    quoted,
  ),
  ...['1e99', '-1e100', '1e100', '1e-100', '1e-101', '1e400', '1e-400', '1e9999', '1e10000', '1e999999'].map(
    quoted,
  ),
  ...['1e0000000000002', `1${'0'.repeat(105)}e-8`, `${'0'.repeat(999)}7`, `${'0'.repeat(1_000)}7`].map(
    quoted,
  ),
  ...[`${'8'.repeat(150)}e-75`, `2.5${'0'.repeat(500)}`, '9'.repeat(60_000), `0.${'1'.repeat(300)}`].map(
    quoted,
  ),
  ...['NaN', 'nan', 'Infinity', '-Infinity', 'inf', '0x1F', '0o17', '0b1', '1_000', '１２', '١٢'].map(quoted),
  ...['', ' ', '-', '+', '.', '-.', 'e5', '.e5', '5e', '5e+', '5 e3', 'eu', 'us', '--1', '+-1', '1.2.3'].map(
    quoted,
  ),
  ...['1\n', '\n1', '\t5', '5\t', '\u00a05', '\u30005', '5\r', '1e5\n2', '1n', '1d', '$5', '5%'].map(quoted),
  { json: '1e5', text: '100000' },
  { json: '1.5E-2', text: '0.015' },
  { json: '5e-05', text: '0.00005' },
  { json: '1e25', text: `1${'0'.repeat(25)}` },
  { json: 'true', text: 'true' },
  { json: 'false', text: 'false' },
  { json: '{"a": 1}', text: '{"a": 1}' },
  { json: '[1]', text: '[1]' },
  { json: '[]', text: '[]' },
  { json: 'null', text: null },
] as const

function plain(text: string) {
  return { json: text, text }
}

function quoted(text: string) {
  return { json: JSON.stringify(text), text }
}

/** Few instants, names and values, so that events share them; windows of an hour in milliseconds, one of them before 1970. */
const epochs = [Date.UTC(2026, 2, 29), Date.UTC(1969, 11, 31, 23, 59, 59, 500)] as const
const tick = fc.integer({ min: -5, max: 65 }).map((ticks) => ticks * 333)
const instantMs = fc
  .tuple(fc.constantFrom(...epochs), tick, fc.constantFrom(0, 0, 1))
  .map(([epoch, ticks, more]) => epoch + ticks + more)
const groupNames = ['eu', 'us', 'ü', 'EU', ''] as const

const modelEvent: fc.Arbitrary<Omit<ModelEvent, 'id'>> = fc.record({
  customer: fc.constantFrom('ada', 'bob'),
  name: fc.constantFrom('call', 'byte'),
  ms: instantMs,
  properties: fc.record(
    {
      value: fc.constantFrom(...values),
      region: fc.constantFrom(...groupNames.map(quoted), { json: '1', text: '1' }),
      tier: fc.constantFrom(...['a', 'b', '1'].map(quoted), { json: '1', text: '1' }),
    },
    { requiredKeys: [] },
  ),
})

export const modelEvents = fc.array(modelEvent, { minLength: 200, maxLength: 400, size: 'max' })

const filters: fc.Arbitrary<readonly MeterFilter[]> = fc.constantFrom<(readonly MeterFilter[])[]>(
  [],
  [],
  [{ key: 'tier', values: ['1'] }],
  [{ key: 'region', values: ['eu', 'ü', ''] }],
  [
    { key: 'region', values: ['eu', 'us', '1'] },
    { key: 'tier', values: ['a', '1'] },
  ],
  [{ key: 'missing', values: ['x'] }],
)

/** One to three spans, some next to each other, some cut, some joined to the one before; they may overlap those of another question. */
const spans: fc.Arbitrary<readonly UsageSpan[]> = fc
  .tuple(
    fc.constantFrom(...epochs),
    fc.integer({ min: 0, max: 20 }),
    fc.array(
      fc.record({
        gap: fc.constantFrom(0, 0, 333),
        length: fc.constantFrom(333, 1_000, 3_330, 10_000),
        stepMs: fc.constantFrom(null, 333, 1_000),
        isJoined: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([epoch, offset, pieces]) => {
    let at = epoch + offset * 333
    return pieces.map(({ gap, length, stepMs, isJoined }, index) => {
      const start = at + gap
      at = start + length
      const joins = isJoined && stepMs === null && pieces[index - 1]?.stepMs === null
      return { start: new Date(start), end: new Date(at), stepMs, ...(joins ? { isJoined } : {}) }
    })
  })

export const question: fc.Arbitrary<UsageQuestion> = fc
  .record({
    customer: fc.constantFrom('ada', 'bob'),
    eventName: fc.constantFrom('call', 'byte'),
    aggregation: fc.constantFrom<AggregationType>(...aggregationTypes),
    field: fc.constantFrom('value', 'value', 'value', 'region', 'missing'),
    filters,
    groupBy: fc.constantFrom(null, null, 'region', 'missing'),
    spans,
    wholeMs: fc.constantFrom(null, 86_400_000),
  })
  .map(({ customer, eventName, aggregation, field, filters, groupBy, spans, wholeMs }) => ({
    externalCustomerId: customer,
    measure: {
      ...{ eventName, aggregation, filters, groupBy },
      field: aggregation === 'COUNT' ? null : field,
      multiplier: aggregation === 'SUM_WITH_MULTIPLIER' ? '0.5' : null,
    },
    // A weighted value ends with its own span.
    spans: aggregation === 'WEIGHTED_SUM' ? spans.map((span) => ({ ...span, isJoined: undefined })) : spans,
    wholeMs,
  }))
