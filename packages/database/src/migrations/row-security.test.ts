import { createTestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchFeatures } from '../catalog/feature-search.ts'
import { deleteFeature, type FeatureRow, getFeature, updateFeature } from '../catalog/features.ts'
import { deleteGroup, getGroup, insertGroup, searchGroups } from '../catalog/groups.ts'
import { countLiveSubscriptions, deletePlan, getPlan, searchPlans, updatePlan } from '../catalog/plans.ts'
import { endPrice, updatePrice } from '../catalog/price-edits.ts'
import {
  getPrice,
  getPriceByLookupKey,
  listPlanPrices,
  type PriceRow,
  searchPrices,
} from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import {
  getCustomer,
  getCustomerByExternalId,
  insertCustomer,
  searchCustomers,
  updateCustomer,
} from '../customers/customers.ts'
import { deleteCustomer } from '../customers/delete-customers.ts'
import { listLineItems, searchLineItems } from '../line-items/line-item-search.ts'
import { getSubscription, searchSubscriptions } from '../subscriptions/subscription-search.ts'
import {
  addLineItem,
  addMeteredFeature,
  addPlan,
  addPrice,
  addSubscription,
  now,
} from '../testing/catalog-rows.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

/** Tables that the application's role cannot reach at all, so that they need no policy. */
const ownersOnly = ['kysely_migration', 'kysely_migration_lock']

async function asOwner<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: stack.ownerUrl })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

describe('every table', () => {
  test('has row security and a policy by environment or tenant, or is out of reach', async () => {
    const appRole = new URL(stack.appUrl).username
    const tables = await asOwner<{
      name: string
      secured: boolean
      isPartition: boolean
      isSeenAsItsReader: boolean
      policies: string
      reachable: boolean
    }>(`
      select c.relname as name, c.relrowsecurity as secured, c.relispartition as "isPartition",
        c.relkind = 'v' and coalesce(c.reloptions, '{}') @> '{security_invoker=true}' as "isSeenAsItsReader",
        coalesce((select string_agg(coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' ||
          coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''), ';') from pg_policy p where p.polrelid = c.oid), '') as policies,
        has_table_privilege('${appRole}', c.oid, 'select, insert, update, delete, truncate, references, trigger') as reachable
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')`)
    const open = tables.filter(
      (table) =>
        table.reachable &&
        // A view's rows are those of its tables that its reader may see.
        !table.isSeenAsItsReader &&
        !(
          table.secured &&
          // A partition is read through its table, by the table's policy; its own, none, lets nobody in.
          (table.isPartition
            ? table.policies === ''
            : /current_setting\('app\.(environment|tenant)_id'::text, true\)/.test(table.policies))
        ),
    )
    expect(open).toEqual([])
    expect(
      tables
        .filter((table) => !table.reachable)
        .map((table) => table.name)
        .toSorted(),
    ).toEqual(ownersOnly)
    expect(tables.length).toBeGreaterThan(ownersOnly.length + 10)
  })

  test('belongs to a role that is not the application’s, which bypasses nothing', async () => {
    const appRole = new URL(stack.appUrl).username
    const [role] = await asOwner(`
      select rolsuper, rolbypassrls, (select count(*)::int from pg_class where relowner = r.oid) as owned
      from pg_roles r where rolname = '${appRole}'`)
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, owned: 0 })
  })
})

describe("another environment's rows", () => {
  let theirs: Scoped
  let ours: Scoped
  let customerId: string
  let planId: string
  let price: PriceRow
  let subscriptionId: string
  let feature: FeatureRow
  let groupId: string

  beforeAll(async () => {
    theirs = await stack.newTenant()
    ours = await stack.newTenant()
    planId = (await addPlan(theirs)).id
    price = await addPrice(theirs, { plan_id: planId, lookup_key: 'seat' })
    customerId = (await insertCustomer(theirs, { external_id: 'ada', name: 'Ada' }, now)).id
    subscriptionId = (await addSubscription(theirs, { plan_id: planId, customer_id: customerId })).id
    feature = await addMeteredFeature(theirs)
    groupId = (await insertGroup(theirs, { name: 'G', lookup_key: 'g', entity_type: 'price' }, now)).id
    await addLineItem(theirs, { subscription_id: subscriptionId, price_id: price.id })
  })

  const missing: ReadonlyArray<[string, () => Promise<unknown>]> = [
    ['getCustomer', () => getCustomer(ours, customerId)],
    ['getCustomerByExternalId', () => getCustomerByExternalId(ours, 'ada')],
    ['updateCustomer', () => updateCustomer(ours, customerId, { name: 'Eve' }, now)],
    [
      'deleteCustomer',
      () => inTransaction(ours, (transaction) => deleteCustomer(transaction, customerId, now)),
    ],
    ['getPlan', () => getPlan(ours, planId)],
    ['updatePlan', () => updatePlan(ours, planId, { name: 'Eve' }, now)],
    ['deletePlan', () => inTransaction(ours, (transaction) => deletePlan(transaction, planId, now))],
    ['insertPrices', () => addPrice(ours, { plan_id: planId })],
    ['getPrice', () => getPrice(ours, price.id)],
    ['getPriceByLookupKey', () => getPriceByLookupKey(ours, 'seat')],
    [
      'updatePrice',
      () =>
        inTransaction(ours, (transaction) =>
          updatePrice(transaction, { priceId: price.id, changes: { amount: '1' }, now }),
        ),
    ],
    [
      'endPrice',
      () => inTransaction(ours, (transaction) => endPrice(transaction, { priceId: price.id, now })),
    ],
    ['getFeature', () => getFeature(ours, feature.id)],
    [
      'updateFeature',
      () =>
        inTransaction(ours, (transaction) => updateFeature(transaction, feature.id, { name: 'Eve' }, now)),
    ],
    [
      'deleteFeature',
      () => inTransaction(ours, (transaction) => deleteFeature(transaction, feature.id, now)),
    ],
    ['getGroup', () => getGroup(ours, groupId)],
    ['deleteGroup', () => inTransaction(ours, (transaction) => deleteGroup(transaction, groupId, now))],
    ['getSubscription', () => getSubscription(ours, subscriptionId)],
  ]
  test.each(missing)('do not exist for %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'not_found' })
  })

  test('are on no list', async () => {
    const pages = await Promise.all([
      searchCustomers(ours, { customer_ids: [customerId] }),
      searchPlans(ours, { plan_ids: [planId] }),
      searchPrices(ours, { price_ids: [price.id], allow_expired_prices: true }, now),
      searchSubscriptions(ours, { external_customer_id: 'ada' }),
      searchFeatures(ours, { meter_ids: [feature.meter_id ?? ''] }),
      searchGroups(ours, { group_ids: [groupId] }),
      searchSubscriptions(ours, {}),
      searchLineItems(ours, { subscription_ids: [subscriptionId], active_filter: false }, now),
      searchLineItems(ours, { active_filter: false }, now),
    ])
    for (const page of pages) expect(page).toEqual({ items: [], total: 0 })
    expect(await listPlanPrices(ours, [planId], now)).toEqual([])
    expect(await listLineItems(ours, [subscriptionId])).toEqual([])
    expect(await countLiveSubscriptions(ours, planId)).toBe(0)
  })

  test('cannot be tied to ours', async () => {
    await expect(addSubscription(ours, { plan_id: planId })).rejects.toMatchObject({ code: 'not_found' })
    const { id: plan_id } = await addPlan(ours)
    const usage = { plan_id, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id: feature.meter_id } as const
    await expect(addPrice(ours, usage)).rejects.toMatchObject({ code: 'not_found' })
    await expect(addPrice(ours, { plan_id, group_id: groupId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(addSubscription(ours, { plan_id, customer_id: customerId })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('stay as they were, and an external id or lookup key of theirs is free for us', async () => {
    await insertCustomer(ours, { external_id: 'ada', name: 'Eve' }, now)
    await addPrice(ours, { plan_id: (await addPlan(ours)).id, lookup_key: 'seat' })
    expect(await getCustomer(theirs, customerId)).toMatchObject({ name: 'Ada', status: 'published' })
    expect(await getPrice(theirs, price.id)).toEqual(price)
  })

  test('cannot be written by SQL that forgets or forges the environment', async () => {
    const forged = { ...ours, scope: { ...ours.scope, environmentId: theirs.scope.environmentId } }
    await expect(insertCustomer(forged, { external_id: 'eve', name: 'Eve' }, now)).rejects.toMatchObject({
      code: '42501',
    })
    await expect(addPlan(forged)).rejects.toMatchObject({ code: '42501' })
    const { id } = await addPlan(ours)
    const moved = ours.db
      .updateTable('plans')
      .set({ environment_id: theirs.scope.environmentId })
      .where('id', '=', id)
    await expect(moved.execute()).rejects.toMatchObject({ code: '42501' })
    const { numUpdatedRows } = await ours.db
      .updateTable('customers')
      .set({ name: 'Eve' })
      .where('id', '=', customerId)
      .executeTakeFirst()
    expect(numUpdatedRows).toBe(0n)
    const { numDeletedRows } = await ours.db.deleteFrom('subscription_line_items').executeTakeFirst()
    expect(numDeletedRows).toBe(0n)
  })

  test('are not seen by a connection that has no scope, or had another before', async () => {
    const client = new pg.Client({ connectionString: stack.appUrl })
    await client.connect()
    try {
      expect((await client.query('select from customers')).rowCount).toBe(0)
      await expect(
        client.query('insert into plan_subscription_counts values ($1, $2, 0, 1)', [
          theirs.scope.environmentId,
          planId,
        ]),
      ).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.end()
    }
    const turns = Array.from({ length: 40 }, (_, index) => (index % 2 ? ours : theirs))
    const seen = await Promise.all(
      turns.map((scoped) => scoped.db.selectFrom('subscriptions').select('id').execute()),
    )
    expect(seen.map((rows) => rows.length)).toEqual(turns.map((scoped) => (scoped === theirs ? 1 : 0)))
  })
})
