import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRecordedReader, type RecordedReader } from '../testing/recorded-plans.ts'
import { type SearchUnderTest, searchesUnderTest } from '../testing/search-cases.ts'
import { fillSearchWorld } from '../testing/search-world.ts'
import type { FieldType } from './search-fields.ts'
import type { FilterCondition } from './search-filter.ts'

/** A search that looks at the others' rows, or at its own once for each of its own, comes upon far more than it may. */
const others = 10
const ownRows = 600
/** A page of all lines is each line with its price, subscription and plan; an index's entries come beside the rows. */
const scannedMax = 6 * ownRows
const handledMax = 20 * ownRows

const tables = [
  'customers',
  'plans',
  'groups',
  'features',
  'prices',
  'entitlements',
  'subscriptions',
  'subscription_line_items',
  'invoices',
  'api_keys',
] as const

describe.each(['analyzed', 'never analyzed', 'analyzed while it was tiny'] as const)(
  'with tables %s',
  (statistics) => {
    let databases: TestDatabase
    let recorded: RecordedReader
    let searches: Readonly<Record<string, SearchUnderTest>>

    beforeAll(async () => {
      databases = await createTestDatabase()
      const owner = new pg.Client({ connectionString: databases.ownerUrl })
      await owner.connect()
      // Else a run in the background would write the statistics that are not to be there.
      for (const table of [...tables, 'meters'])
        await owner.query(`alter table ${table} set (autovacuum_enabled = off)`)
      if (statistics === 'analyzed while it was tiny') {
        for (let tenant = 0; tenant < 6; tenant++) await fillSearchWorld(await databases.newTenant(), 2)
        await owner.query('analyze')
      }
      for (let tenant = 0; tenant < others; tenant++) {
        await fillSearchWorld(await databases.newTenant(), ownRows)
      }
      const own = await databases.newTenant()
      await fillSearchWorld(own, ownRows)
      if (statistics === 'analyzed') await owner.query('analyze')
      await owner.end()
      // With tables as small as these the planner may prefer whole reads; in large ones it does not.
      const url = new URL(databases.appUrl)
      url.searchParams.set('options', '-c enable_seqscan=off')
      recorded = await createRecordedReader(url.href, own.scope)
      searches = searchesUnderTest(recorded.reader, ownRows)
    }, 120_000)
    afterAll(async () => {
      await recorded[Symbol.asyncDispose]()
      await databases[Symbol.asyncDispose]()
    })

    test.each(tables)(
      'no search of %s costs more than one look at its environment’s rows',
      async (table) => {
        const search = searches[table]
        if (!search) throw new Error(`${table} has no search`)
        const tooMuch: string[] = []
        for (const asked of askedOf(search)) {
          await search.run(recorded.reader, asked)
          for (const { text, scanned, handled } of recorded.taken()) {
            if (scanned > scannedMax || handled > handledMax) {
              tooMuch.push(
                `${JSON.stringify(asked).slice(0, 120)}: ${scanned} scanned, ${handled} handled by ${text.slice(0, 160)}`,
              )
            }
          }
        }
        expect(tooMuch).toEqual([])
      },
      120_000,
    )
  },
)

/** Every filter and sort there is, alone, and pages of each length and depth. */
function askedOf({ fields, filters }: SearchUnderTest): object[] {
  const own = Object.entries(filters).flatMap(([filter, values]) =>
    values.map((value) => ({ [filter]: value })),
  )
  const free = [...fields].flatMap(([field, { type }]) => freeFilters(field, type))
  const sorts = [...fields.keys()].map((field) => ({ sort: [{ field, direction: 'asc' }] }))
  return [
    ...pages,
    ...own.flatMap((filter) => [filter, { ...filter, ...deep }, { ...filter, order: 'asc' }]),
    ...free.map((condition) => ({ filters: [condition] })),
    ...sorts.flatMap((sort) => [sort, { ...sort, ...deep }]),
  ]
}

const deep = { offset: ownRows / 2, limit: 1_000 }
const pages = [{}, { limit: 1 }, { limit: 1_000 }, { order: 'asc' }, deep, { offset: ownRows - 1, limit: 50 }]
const many = Array.from({ length: 1_000 }, (_, index) => String(index))

function freeFilters(field: string, type: FieldType): FilterCondition[] {
  if (type === 'instant') {
    const value = { date: new Date('2026-03-15T13:00:00.000Z') }
    return (['eq', 'before', 'after', 'gt', 'gte', 'lt'] as const).map((operator) => ({
      field,
      operator,
      value,
    }))
  }
  const lists = (['in', 'not_in'] as const).map((operator) => ({ field, operator, value: { array: many } }))
  if (type === 'number') {
    const value = { number: '7' }
    return [...(['eq', 'gt', 'gte', 'lt'] as const).map((operator) => ({ field, operator, value })), ...lists]
  }
  const value = { string: '7' }
  return [
    ...(['eq', 'contains', 'not_contains'] as const).map((operator) => ({ field, operator, value })),
    ...lists,
  ]
}
