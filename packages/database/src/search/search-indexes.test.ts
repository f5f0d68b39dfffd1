import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { searchFeatures } from '../catalog/feature-search.ts'
import { searchGroups } from '../catalog/groups.ts'
import { searchPlans } from '../catalog/plans.ts'
import { searchPrices } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { searchCustomers } from '../customers/customers.ts'
import { searchInvoices } from '../invoices/invoices.ts'
import { searchLineItems } from '../line-items/line-item-search.ts'
import { searchEntitlements } from '../subscriptions/entitlement-search.ts'
import { searchSubscriptions } from '../subscriptions/subscription-search.ts'
import { now } from '../testing/catalog-rows.ts'

/** Of another environment: what a search that reads a whole table would read. */
const othersRows = 5_000
const ownRows = 20

let databases: TestDatabase
let scoped: Scoped

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant()
  // The others first: what few rows make PostgreSQL plan for its foreign keys would not do for many.
  await fill(await databases.newTenant(), othersRows)
  await fill(scoped, ownRows)
  const owner = new pg.Client({ connectionString: databases.ownerUrl })
  await owner.connect()
  await owner.query('analyze')
  await owner.end()
})
afterAll(() => databases[Symbol.asyncDispose]())

async function fill({ db, scope: { environmentId } }: Scoped, rows: number): Promise<void> {
  const head = sql`environment_id, created_at, updated_at, created_by, updated_by`
  const tail = sql`${environmentId}, ${now}::timestamptz, ${now}::timestamptz, 'u', 'u' from generate_series(1, ${rows}::int) n`
  const id = (kind: string) => sql`${`${kind}_${environmentId}_`} || n`
  for (const insert of [
    sql`insert into customers (id, external_id, name, email, ${head}) select ${id('cust')}, 'ext-' || n, 'c', n || '@a.example', ${tail}`,
    sql`insert into plans (id, name, lookup_key, ${head}) select ${id('plan')}, 'p', 'key-' || n, ${tail}`,
    sql`insert into groups (id, name, lookup_key, entity_type, ${head}) select ${id('group')}, 'g-' || n, 'key-' || n, 'price', ${tail}`,
    sql`insert into meters (id, name, event_name, aggregation_type, reset_usage, ${head})
      select ${id('meter')}, 'm', 'e', 'COUNT', 'NEVER', ${tail}`,
    sql`insert into features (id, name, type, meter_id, lookup_key, ${head})
      select ${id('feat')}, 'f' || n, 'metered', ${id('meter')}, 'key-' || n, ${tail}`,
    sql`insert into prices (id, root_price_id, plan_id, type, billing_model, amount, currency, billing_period,
        invoice_cadence, meter_id, start_date, ${head})
      select ${id('price')}, ${id('price')}, ${id('plan')}, 'USAGE', 'FLAT_FEE', 1, 'usd', 'MONTHLY', 'ARREAR',
        ${id('meter')}, ${now}::timestamptz, ${tail}`,
    sql`insert into entitlements (id, plan_id, feature_id, feature_type, is_enabled, is_soft_limit, ${head})
      select ${id('ent')}, ${id('plan')}, ${id('feat')}, 'metered', true, false, ${tail}`,
    sql`insert into subscriptions (id, customer_id, plan_id, currency, billing_period, billing_anchor, start_date,
        current_period_start, current_period_end, subscription_status, synced_price_sequence, ${head})
      select ${id('subs')}, ${id('cust')}, ${id('plan')}, 'usd', 'MONTHLY', ${now}::timestamptz, ${now}::timestamptz,
        ${now}::timestamptz, ${now}::timestamptz + interval '1 month', 'active', 0, ${tail}`,
    sql`insert into subscription_line_items (id, subscription_id, price_id, quantity, start_date, ${head})
      select ${id('subli')}, ${id('subs')}, ${id('price')}, 1, ${now}::timestamptz, ${tail}`,
    sql`insert into invoices (id, customer_id, subscription_id, invoice_type, billing_reason, invoice_status,
        payment_status, currency, period_start, period_end, subtotal, total, amount_due, ${head})
      select ${id('inv')}, ${id('cust')}, ${id('subs')}, 'SUBSCRIPTION', 'SUBSCRIPTION_CYCLE', 'DRAFT', 'PENDING', 'usd',
        ${now}::timestamptz, ${now}::timestamptz + interval '1 month', 1, 1, 1, ${tail}`,
  ]) {
    await insert.execute(db)
  }
}

type SearchOf = (reader: Scoped) => Promise<{ total: number }>

const one = (kind: string) => `${kind}_${scoped.scope.environmentId}_7`
const nameFilter = (field: string) => ({
  filters: [{ field, operator: 'contains', value: { string: 'f7' } } as const],
})

test.each<[string, string, SearchOf]>([
  ['all', 'customers', (r) => searchCustomers(r, {})],
  ['ids', 'customers', (r) => searchCustomers(r, { customer_ids: [one('cust')] })],
  ['external_id', 'customers', (r) => searchCustomers(r, { external_id: 'ext-7' })],
  ['external_ids', 'customers', (r) => searchCustomers(r, { external_ids: ['ext-7', 'ext-8'] })],
  ['email', 'customers', (r) => searchCustomers(r, { email: '7@A.example' })],
  ['all', 'plans', (r) => searchPlans(r, {})],
  ['ids', 'plans', (r) => searchPlans(r, { plan_ids: [one('plan')] })],
  ['lookup_key', 'plans', (r) => searchPlans(r, { lookup_key: 'key-7' })],
  ['all', 'prices', (r) => searchPrices(r, {}, now)],
  ['ids', 'prices', (r) => searchPrices(r, { price_ids: [one('price')] }, now)],
  ['plan_ids', 'prices', (r) => searchPrices(r, { plan_ids: [one('plan')] }, now)],
  ['meter_ids', 'prices', (r) => searchPrices(r, { meter_ids: [one('meter')] }, now)],
  ['entity_ids', 'prices', (r) => searchPrices(r, { entity_ids: [one('plan')] }, now)],
  ['billing_periods', 'prices', (r) => searchPrices(r, { billing_periods: ['MONTHLY'] }, now)],
  ['all', 'features', (r) => searchFeatures(r, {})],
  ['ids', 'features', (r) => searchFeatures(r, { feature_ids: [one('feat')] })],
  ['meter_ids', 'features', (r) => searchFeatures(r, { meter_ids: [one('meter')] })],
  ['lookup_key', 'features', (r) => searchFeatures(r, { lookup_key: 'key-7' })],
  ['name_contains', 'features', (r) => searchFeatures(r, { name_contains: 'F7' })],
  ['a free filter', 'features', (r) => searchFeatures(r, nameFilter('name'))],
  ['all', 'groups', (r) => searchGroups(r, {})],
  ['name', 'groups', (r) => searchGroups(r, { name: 'g-7' })],
  ['lookup_key', 'groups', (r) => searchGroups(r, { lookup_key: 'key-7' })],
  ['all', 'entitlements', (r) => searchEntitlements(r, {})],
  ['plan_ids', 'entitlements', (r) => searchEntitlements(r, { plan_ids: [one('plan')] })],
  ['entity_ids', 'entitlements', (r) => searchEntitlements(r, { entity_ids: [one('plan')] })],
  ['feature_ids', 'entitlements', (r) => searchEntitlements(r, { feature_ids: [one('feat')] })],
  ['feature_type', 'entitlements', (r) => searchEntitlements(r, { feature_type: 'metered' })],
  ['is_enabled', 'entitlements', (r) => searchEntitlements(r, { is_enabled: true })],
  ['all', 'subscriptions', (r) => searchSubscriptions(r, {})],
  ['plan_id', 'subscriptions', (r) => searchSubscriptions(r, { plan_id: one('plan') })],
  ['customer_id', 'subscriptions', (r) => searchSubscriptions(r, { customer_id: one('cust') })],
  ['status', 'subscriptions', (r) => searchSubscriptions(r, { subscription_status: ['active'] })],
  [
    'subscriptions',
    'subscription_line_items',
    (r) => searchLineItems(r, { subscription_ids: [one('subs')] }, now),
  ],
  ['all', 'invoices', (r) => searchInvoices(r, {})],
  ['customer_id', 'invoices', (r) => searchInvoices(r, { customer_id: one('cust') })],
  ['subscription_id', 'invoices', (r) => searchInvoices(r, { subscription_id: one('subs') })],
  ['status', 'invoices', (r) => searchInvoices(r, { invoice_status: ['DRAFT'] })],
  ['payment_status', 'invoices', (r) => searchInvoices(r, { payment_status: ['PENDING'] })],
  ['amount_due_gt', 'invoices', (r) => searchInvoices(r, { amount_due_gt: '0.5' })],
  ['period_end_lte', 'invoices', (r) => searchInvoices(r, { period_end_lte: new Date('2100-01-01') })],
])(
  'a search by %s of %s reads its environment’s part of the table by an index',
  async (_by, table, search) => {
    const entriesRead = async ({ db }: Scoped) => {
      const { rows } = await sql<{ entries: number }>`
      select sum(pg_stat_get_xact_tuples_returned(oid))::int as entries
      from (select ${table}::regclass as oid
        union all select indexrelid from pg_index where indrelid = ${table}::regclass) relation`.execute(db)
      return rows[0]?.entries ?? 0
    }
    await inTransaction(scoped, async (transaction) => {
      // With tables as small as these the planner may prefer whole reads; in large ones it does not.
      await sql`set local enable_seqscan = off`.execute(transaction.db)
      const before = await entriesRead(transaction)
      expect((await search(transaction)).total).toBeGreaterThan(0)
      expect((await entriesRead(transaction)) - before).toBeLessThan(othersRows / 10)
    })
  },
)
