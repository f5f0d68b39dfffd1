import {
  addRatios,
  decimalFromInteger,
  formatDecimal,
  formatRatio,
  parseNumber,
  ratio,
  zero,
} from '@flexprice/domain/money'
import { type AggregationType, aggregationTypes } from '@flexprice/domain/price'
import type { UsageAnswer, UsageMeasure, UsageQuestion } from '@flexprice/domain/usage'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { modelEvents, question, values } from '../testing/usage-arbitrary.ts'
import { type ModelEvent, modelUsage } from '../testing/usage-model.ts'
import { aggregateUsage } from './aggregate-usage.ts'
import { usageBatches } from './usage-batches.ts'
import { planScans } from './usage-scans.ts'

const seed = 20_261_105
let databases: TestDatabase

beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

async function addEvents(scoped: Scoped, events: readonly ModelEvent[]): Promise<void> {
  const rows = events.map((event) => ({
    event_id: event.id,
    external_customer_id: event.customer,
    event_name: event.name,
    timestamp: new Date(event.ms).toISOString(),
    properties: `{${Object.entries(event.properties).map(([key, { json }]) => `${JSON.stringify(key)}: ${json}`)}}`,
  }))
  await sql`insert into events (environment_id, event_id, external_customer_id, event_name, timestamp, properties, ingested_at)
    select ${scoped.scope.environmentId}, event_id, external_customer_id, event_name, timestamp, properties::jsonb, now()
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as (event_id text, external_customer_id text, event_name text, timestamp timestamptz, properties text)`.execute(
    scoped.db,
  )
}

/** Ids in an order of their own, not that of time. */
function withIds(events: ReadonlyArray<Omit<ModelEvent, 'id'>>): ModelEvent[] {
  return events.map((event, index) => ({ ...event, id: `${['z', 'A', 'é', 'm'][index % 4]}${index}` }))
}

function shown({ parts }: UsageAnswer) {
  return parts.map(({ quantity, start, end, ...part }) => ({
    ...part,
    start: start.toISOString(),
    end: end.toISOString(),
    quantity: formatRatio(quantity),
  }))
}

describe('usage', () => {
  it('is what a plain reading of the events gives, in every aggregation, filter, group, span and overlap', async () => {
    const seen = new Map<AggregationType, number>()
    const questions = fc.array(question, { minLength: 20, maxLength: 40, size: 'max' })
    await fc.assert(
      fc.asyncProperty(modelEvents, questions, async (given, asked) => {
        const events = withIds(given)
        const scoped = await databases.newTenant()
        await addEvents(scoped, events)
        const answers = await aggregateUsage(scoped, asked)
        expect(answers.map(shown)).toEqual(asked.map((one) => shown(modelUsage(events, one))))
        for (const [index, { measure }] of asked.entries()) {
          const telling = answers[index]?.parts.filter(({ quantity }) => !quantity.numerator.eq(zero)) ?? []
          seen.set(measure.aggregation, (seen.get(measure.aggregation) ?? 0) + telling.length)
        }
      }),
      // A smaller case would take minutes to find: each has events of its own to be written.
      { seed, numRuns: 50, endOnFailure: true },
    )
    // Random questions about other events than there are would agree on nothing at all.
    for (const type of aggregationTypes) expect(seen.get(type), type).toBeGreaterThan(50)
  }, 120_000)

  it('of many customers alike, which is read in one pass, is that of each by itself', async () => {
    const customers = Array.from({ length: 130 }, (_, index) => `c${index}`)
    const given = fc.sample(modelEvents, { seed, numRuns: 12 }).flat()
    const events = withIds(given.map((event, index) => ({ ...event, customer: `c${index % 150}` })))
    const scoped = await databases.newTenant()
    await addEvents(scoped, events)
    const asked = fc.sample(question, { seed, numRuns: 16 }).map((one, index) => ({ ...one, index }))
    // Some measures are asked of all, some of a part of them: of those too few for a pass, or with others between.
    const questions = customers.flatMap((externalCustomerId, place) =>
      asked
        .filter(({ index }) => index < 12 || place % (index - 10) === 0)
        .map((one) => ({ ...one, externalCustomerId })),
    )
    const answers = await aggregateUsage(scoped, questions)
    expect(answers.map(shown)).toEqual(questions.map((one) => shown(modelUsage(events, one))))
    expect(answers.filter(({ parts }) => parts.length > 0).length).toBeGreaterThan(300)
    expect(
      [...usageBatches(planScans(questions).scans)].filter((batch) => batch.customers).length,
    ).toBeGreaterThan(5)
  })

  it('of a whole window is the sum of its parts, for what adds up', async () => {
    const [given = []] = fc.sample(modelEvents, { seed, numRuns: 1 })
    const scoped = await databases.newTenant()
    await addEvents(scoped, withIds(given))
    const window = { start: new Date(Date.UTC(2026, 2, 28)), end: new Date(Date.UTC(2026, 2, 30)) }
    for (const aggregation of ['COUNT', 'SUM', 'SUM_WITH_MULTIPLIER'] as const) {
      const asked = [null, 1_000, 333].map((stepMs) =>
        ask({ aggregation }, { spans: [{ ...window, stepMs }] }),
      )
      const sums = (await aggregateUsage(scoped, asked)).map(({ parts }) =>
        formatRatio(
          parts.reduce(
            (sum, { quantity }) => addRatios(sum, quantity),
            ratio(zero, decimalFromInteger(86_400_000)),
          ),
        ),
      )
      expect(new Set(sums).size, aggregation).toBe(1)
      expect(sums[0]).not.toMatch(/^0(?:[/]|$)/)
    }
  })

  it('takes exactly the values that the domain takes as numbers, and reports the others', async () => {
    const scoped = await databases.newTenant()
    await addEvents(
      scoped,
      values.map((value, index) => ({
        id: `e${index}`,
        customer: `c${index}`,
        name: 'call',
        ms: instant.getTime(),
        properties: { value },
      })),
    )
    const answers = await aggregateUsage(
      scoped,
      values.map((_, index) => ask({}, { externalCustomerId: `c${index}` })),
    )
    for (const [index, { json, text }] of values.entries()) {
      const expected = parseNumber(text ?? '')
      expect(shown(answers[index] ?? { parts: [] }), json.slice(0, 40)).toMatchObject([
        {
          quantity: formatDecimal(expected ?? zero),
          eventCount: 1,
          notNumeric: Number(text !== null && !expected),
        },
      ])
    }
  })

  it('is exact where a float would not be', async () => {
    const scoped = await databases.newTenant()
    const text = '99999999999999999999.999999999999999999'
    const value = { json: JSON.stringify(text), text }
    await addEvents(
      scoped,
      Array.from({ length: 11 }, (_, index) => ({
        id: `e${index}`,
        customer: 'ada',
        name: 'call',
        ms: instant.getTime(),
        properties: { value },
      })),
    )
    const [sum, weighted] = await aggregateUsage(scoped, [ask(), ask({ aggregation: 'WEIGHTED_SUM' })])
    expect(sum && shown(sum)).toMatchObject([{ quantity: '1099999999999999999999.999999999999999989' }])
    expect(weighted && shown(weighted)).toMatchObject([
      { quantity: '95039999999999999999999999999.9999999990496/86400000' },
    ])
  })

  it('of another environment with the same customer and event name is not counted', async () => {
    const [mine, theirs] = [await databases.newTenant(), await databases.newTenant()]
    const event = { id: 'e1', customer: 'ada', name: 'call', ms: instant.getTime(), properties: {} }
    await addEvents(theirs, [event])
    expect(await aggregateUsage(mine, [ask({ aggregation: 'COUNT', field: null })])).toEqual([{ parts: [] }])
    expect(
      (await aggregateUsage(theirs, [ask({ aggregation: 'COUNT', field: null })]))[0]?.parts,
    ).toHaveLength(1)
  })

  it('cannot be asked of everybody or everything', async () => {
    const scoped = await databases.newTenant()
    const refused = [
      ask({}, { externalCustomerId: '' }),
      ask({ eventName: '' }),
      ask({ field: null }),
      ask({ filters: [{ key: 'region', values: [] }] }),
      ask({ filters: [{ key: '', values: ['eu'] }] }),
      ask({}, { spans: [{ start: instant, end: instant, stepMs: null }] }),
    ]
    for (const question of refused) await expect(aggregateUsage(scoped, [question])).rejects.toThrow()
    expect(await aggregateUsage(scoped, [])).toEqual([])
    expect(await aggregateUsage(scoped, [ask({}, { spans: [] })])).toEqual([{ parts: [] }])
  })
})

const instant = new Date(Date.UTC(2026, 2, 15))

/** The sum of a day's values of Ada's calls. */
function ask(measure: Partial<UsageMeasure> = {}, question: Partial<UsageQuestion> = {}): UsageQuestion {
  const end = new Date(instant.getTime() + 86_400_000)
  const { aggregation = 'SUM' } = measure
  return {
    externalCustomerId: 'ada',
    measure: {
      ...{ eventName: 'call', aggregation, filters: [], groupBy: null },
      field: aggregation === 'COUNT' ? null : 'value',
      multiplier: aggregation === 'SUM_WITH_MULTIPLIER' ? '0.5' : null,
      ...measure,
    },
    spans: [{ start: instant, end, stepMs: null }],
    wholeMs: null,
    ...question,
  }
}
