import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRecordedReader, type RecordedReader } from '../testing/recorded-plans.ts'
import { type SearchUnderTest, searchesUnderTest } from '../testing/search-cases.ts'
import { fillSearchWorld } from '../testing/search-world.ts'
import type { FieldType } from './search-fields.ts'
import type { FilterCondition } from './search-filter.ts'

/** Ten times the own rows are others': whoever looks at those, or at the own once for each, comes upon far too many. */
const others = 10
const ownRows = 300
/** A page of all lines is each line with its price, subscription and plan; an index's entries come beside the rows. */
const scannedMax = 6 * ownRows
const handledMax = 20 * ownRows
/** Of a filter that names a few rows: what is looked up first, the page, its rows and their number. */
const scannedByIndexMax = ownRows / 5

const tables = [
  'customers',
  'plans',
  'groups',
  'features',
  'prices',
  'entitlements',
  'subscriptions',
  'subscription_line_items',
  'subscription_schedules',
  'invoices',
  'wallets',
  'wallet_transactions',
  'payments',
  'refunds',
  'import_tasks',
  'api_keys',
] as const
const testTimeoutMs = 120_000

test('every search there is, is among those', () => {
  const sources = path.join(import.meta.dirname.replace(/(packages.database.src).*/, '$1'), '**/*.ts')
  const searching = globSync(sources).filter((file) =>
    /\bsearch(Page|Ids)\(query, /.test(readFileSync(file, 'utf8')),
  )
  // And the one where both are defined, as the first asks the second.
  expect(searching).toHaveLength(tables.length + 1)
})

describe.each(['written', 'never written', 'written while the tables were tiny'] as const)(
  'with statistics %s',
  (statistics) => {
    let databases: TestDatabase
    let recorded: RecordedReader
    let searches: Readonly<Record<string, SearchUnderTest>>

    beforeAll(async () => {
      databases = await createTestDatabase()
      const owner = new pg.Client({ connectionString: databases.ownerUrl })
      await owner.connect()
      // Else a run in the background would write the statistics that are not to be there.
      for (const table of [...tables, 'meters']) {
        await owner.query(`alter table ${table} set (autovacuum_enabled = off)`)
      }
      if (statistics === 'written while the tables were tiny') {
        for (let tenant = 0; tenant < 6; tenant++) await fillSearchWorld(await databases.newTenant(), 2)
        await owner.query('analyze')
      }
      for (let tenant = 0; tenant < others; tenant++) {
        await fillSearchWorld(await databases.newTenant(), ownRows)
      }
      const own = await databases.newTenant()
      await fillSearchWorld(own, ownRows)
      if (statistics === 'written') await owner.query('analyze')
      await owner.end()
      recorded = await createRecordedReader(databases.appUrl, own.scope)
      searches = searchesUnderTest(recorded.reader, ownRows)
    }, testTimeoutMs)
    afterAll(async () => {
      await recorded[Symbol.asyncDispose]()
      await databases[Symbol.asyncDispose]()
    })

    test.each(tables)(
      'no search of %s costs more than one look at its environment’s rows',
      async (table) => {
        const search = searchOf(table)
        // A free filter asks one table for one column: no statistics can make a bad plan of that.
        const free = statistics === 'written' ? freeSearches(search) : []
        const tooMuch: string[] = []
        for (const asked of [...ownSearches(search), ...free]) {
          await search.run(recorded.reader, asked)
          for (const { text, scanned, handled } of recorded.taken()) {
            if (scanned <= scannedMax && handled <= handledMax) continue
            tooMuch.push(`${shortened(asked)}: ${scanned} scanned, ${handled} handled by ${text}`)
          }
        }
        expect(tooMuch).toEqual([])
      },
      testTimeoutMs,
    )

    const estimated = statistics === 'written' ? tables : []
    test.each(estimated)('a search of %s by what an index finds reads no more than that', async (table) => {
      const { filters, indexed, run } = searchOf(table)
      const tooMuch: string[] = []
      for (const filter of indexed) {
        const { items } = await run(recorded.reader, { [filter]: filters[filter]?.[0] })
        expect(items, filter).not.toEqual([])
        const scanned = recorded.taken().reduce((sum, work) => sum + work.scanned, 0)
        if (scanned > scannedByIndexMax) tooMuch.push(`${filter}: ${scanned} scanned`)
      }
      expect(tooMuch).toEqual([])
    })

    function searchOf(table: string): SearchUnderTest {
      const search = searches[table]
      if (!search) throw new Error(`${table} has no search`)
      return search
    }
  },
)

const deep = { offset: ownRows / 2, limit: 1_000 }

/** Every sort and every filter of its own, and pages of each length and depth. */
function ownSearches({ fields, filters }: SearchUnderTest): object[] {
  const pages = [{}, { limit: 1 }, { limit: 1_000 }, { order: 'asc' }, deep, { offset: ownRows - 1 }]
  const own = Object.entries(filters).flatMap(([filter, values]) =>
    values.map((value) => ({ [filter]: value })),
  )
  const sorts = [...fields.keys()].map((field) => ({ sort: [{ field, direction: 'asc' }] }))
  return [
    ...pages,
    ...own.flatMap((filter) => [filter, { ...filter, ...deep }, { ...filter, order: 'asc' }]),
    ...sorts.flatMap((sort) => [sort, { ...sort, ...deep }]),
  ]
}

function freeSearches({ fields }: SearchUnderTest): object[] {
  return [...fields].flatMap(([field, { type }]) =>
    freeFilters(field, type).map((condition) => ({ filters: [condition] })),
  )
}

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
    const numbers = (['eq', 'gt', 'gte', 'lt'] as const).map((operator) => ({ field, operator, value }))
    return [...numbers, ...lists]
  }
  const value = { string: '7' }
  const texts = (['eq', 'contains', 'not_contains'] as const).map((operator) => ({ field, operator, value }))
  return [...texts, ...lists]
}

function shortened(asked: object): string {
  return JSON.stringify(asked).slice(0, 120)
}
