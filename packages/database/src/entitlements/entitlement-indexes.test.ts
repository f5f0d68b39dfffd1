import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import {
  aggregateSubscriptionEntitlements,
  listPlanEntitlements,
  searchEntitlements,
} from '../subscriptions/entitlement-search.ts'
import { addPlan, addSubscription, now } from '../testing/catalog-rows.ts'
import { refuseEntitledFeature } from './entitlements.ts'

const rows = 5_000

let databases: TestDatabase
let scoped: Scoped

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant()
  await fill()
  const owner = new pg.Client({ connectionString: databases.ownerUrl })
  await owner.connect()
  await owner.query('analyze entitlements')
  await owner.end()
})
afterAll(() => databases[Symbol.asyncDispose]())

/** Plans with an entitlement each to a feature of its own, and one subscription with all of the features. */
async function fill(): Promise<void> {
  const { environmentId } = scoped.scope
  const { id: subscriptionId } = await addSubscription(scoped, { plan_id: (await addPlan(scoped)).id })
  const head = sql`environment_id, created_at, updated_at, created_by, updated_by`
  const tail = sql`${environmentId}, ${now}::timestamptz, ${now}::timestamptz, 'u', 'u' from generate_series(1, ${rows}::int) n`
  await sql`insert into plans (id, name, ${head}) select 'plan_' || n, 'p', ${tail}`.execute(scoped.db)
  await sql`insert into features (id, name, type, ${head}) select 'feat_' || n, 'f', 'boolean', ${tail}`.execute(
    scoped.db,
  )
  const fields = sql`insert into entitlements (id, plan_id, subscription_id, feature_id, feature_type, is_enabled, is_soft_limit, ${head})`
  await sql`${fields} select 'ent_p' || n, 'plan_' || n, null, 'feat_' || n, 'boolean', true, false, ${tail}`.execute(
    scoped.db,
  )
  await sql`${fields} select 'ent_s' || n, null, ${subscriptionId}, 'feat_' || n, 'boolean', true, false, ${tail}`.execute(
    scoped.db,
  )
}

const ofPlan = 'entitlements_plan_feature_unique'
const ofSubscription = 'entitlements_subscription_feature_unique'
const subscriptions = [{ id: 'subs_none', plan_id: 'plan_7' }]

test.each<[string, readonly string[], (reader: Scoped) => Promise<unknown>]>([
  ['by plan', [ofPlan], (reader) => searchEntitlements(reader, { plan_ids: ['plan_7', 'plan_8'] })],
  ['of plans', [ofPlan], (reader) => listPlanEntitlements(reader, ['plan_7', 'plan_8'])],
  ['by entity', [ofPlan, ofSubscription], (reader) => searchEntitlements(reader, { entity_ids: ['plan_7'] })],
  [
    'by feature',
    ['entitlements_feature_id'],
    (reader) => searchEntitlements(reader, { feature_ids: ['feat_7'] }),
  ],
  [
    'of subscriptions',
    [ofPlan, ofSubscription],
    (reader) => aggregateSubscriptionEntitlements(reader, { subscriptions, now }),
  ],
  ['that use a feature', ['entitlements_feature_id'], (reader) => refuseEntitledFeature(reader, 'feat_none')],
])('entitlements %s are found by their index under row security', async (_what, indexes, read) => {
  const scansOf = async ({ db }: Scoped) => {
    const { rows: found } = await sql<{ scans: number }>`
      select pg_stat_get_xact_numscans(index::regclass)::int as scans
      from unnest(${indexes}::text[]) with ordinality as one (index, place) order by place`.execute(db)
    return found.map(({ scans }) => scans)
  }
  const used = await inTransaction(scoped, async (transaction) => {
    const before = await scansOf(transaction)
    await read(transaction)
    return (await scansOf(transaction)).map((scans, place) => scans - (before[place] ?? 0))
  })
  for (const scans of used) expect(scans).toBeGreaterThan(0)
})
