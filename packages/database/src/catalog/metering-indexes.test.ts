import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, now } from '../testing/catalog-rows.ts'
import { searchFeatures } from './feature-search.ts'
import { searchGroups } from './groups.ts'
import { searchPrices } from './prices.ts'

const rows = 5_000

let databases: TestDatabase
let scoped: Scoped

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant()
  const { id: planId } = await addPlan(scoped)
  await fill(planId)
  const owner = new pg.Client({ connectionString: databases.ownerUrl })
  await owner.connect()
  await owner.query('analyze meters, features, prices, groups')
  await owner.end()
})
afterAll(() => databases[Symbol.asyncDispose]())

/** As many of each as a large catalog has, all in one environment. */
async function fill(planId: string): Promise<void> {
  const { environmentId } = scoped.scope
  const head = sql`environment_id, created_at, updated_at, created_by, updated_by`
  const tail = sql`${environmentId}, ${now}::timestamptz, ${now}::timestamptz, 'u', 'u' from generate_series(1, ${rows}::int) n`
  await sql`insert into meters (id, name, event_name, aggregation_type, reset_usage, ${head})
    select 'meter_' || n, 'm', 'e', 'COUNT', 'NEVER', ${tail}`.execute(scoped.db)
  await sql`insert into features (id, name, type, meter_id, lookup_key, ${head})
    select 'feat_' || n, 'f', 'metered', 'meter_' || n, 'key-' || n, ${tail}`.execute(scoped.db)
  await sql`insert into prices (id, root_price_id, plan_id, type, billing_model, amount, currency, billing_period,
      invoice_cadence, meter_id, start_date, ${head})
    select 'price_' || n, 'price_' || n, ${planId}, 'USAGE', 'FLAT_FEE', 1, 'usd', 'MONTHLY',
      'ARREAR', 'meter_' || n, ${now}::timestamptz, ${tail}`.execute(scoped.db)
  await sql`insert into groups (id, name, lookup_key, entity_type, ${head})
    select 'group_' || n, 'g-' || n, 'key-' || n, 'price', ${tail}`.execute(scoped.db)
}

test.each<[string, string, (reader: Scoped) => Promise<{ total: number }>]>([
  [
    'prices by meter',
    'prices_meter_id',
    (reader) => searchPrices(reader, { meter_ids: ['meter_7', 'meter_8'] }, now),
  ],
  [
    'features by meter',
    'features_meter_id',
    (reader) => searchFeatures(reader, { meter_ids: ['meter_7', 'meter_8'] }),
  ],
  [
    'features by lookup key',
    'features_lookup_key_unique',
    (reader) => searchFeatures(reader, { lookup_keys: ['key-7', 'key-8'] }),
  ],
  ['groups by name', 'groups_name', (reader) => searchGroups(reader, { name: 'g-7' })],
])('%s are found by their index under row security', async (_what, index, search) => {
  const scansOf = async ({ db }: Scoped) => {
    const { rows: found } = await sql<{ scans: number }>`
      select pg_stat_get_xact_numscans(${index}::regclass)::int as scans`.execute(db)
    return found[0]?.scans ?? 0
  }
  const used = await inTransaction(scoped, async (transaction) => {
    const before = await scansOf(transaction)
    expect((await search(transaction)).total).toBeGreaterThan(0)
    return (await scansOf(transaction)) - before
  })
  expect(used).toBeGreaterThan(0)
})
