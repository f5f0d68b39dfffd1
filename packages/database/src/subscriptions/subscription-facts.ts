import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import { type MeterRow, metersById } from '../catalog/meters.ts'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { type EntitlementRow, shareEntitlements } from '../entitlements/entitlements.ts'
import { type CreditGrantRow, listPlanGrants } from '../grants/credit-grants.ts'
import { keyAge } from '../idempotency/key-uses.ts'

/** What the creation of subscriptions needs to know, in sets: by id, as asked for. What is missing does not exist. */
export interface SubscriptionFacts {
  readonly customersById: ReadonlyMap<string, CustomerFacts>
  readonly customersByExternalId: ReadonlyMap<string, CustomerFacts>
  readonly plans: ReadonlyMap<string, PlanFacts>
  /** Of the plans' USAGE prices, by id. */
  readonly meters: ReadonlyMap<string, MeterRow>
  /** Those that are overridden, by id, whatever they belong to. */
  readonly entitlements: ReadonlyMap<string, EntitlementRow>
  /** By idempotency key: what an earlier request with it has made. */
  readonly made: ReadonlyMap<string, { readonly id: string; readonly request_hash: string }>
  /** The keys that requests of another kind have used. */
  readonly usedKeys: ReadonlySet<string>
}

export interface CustomerFacts {
  readonly id: string
  readonly external_id: string
  readonly timezone: string
  /** The newest of its subscriptions of each of the plans that is neither a draft nor cancelled, by the plan's id. */
  readonly subscribed: Readonly<Record<string, string>>
}

export interface PlanFacts {
  readonly id: string
  readonly name: string
  readonly price_sequence: number
  /** All published prices of the plan, ended ones too, oldest first. */
  readonly prices: readonly PriceRow[]
  /** What its published entitlements let meter. */
  readonly metered: readonly { readonly meter_id: string; readonly name: string }[]
  /** The plan's published credit grants, oldest first. */
  readonly grants: readonly CreditGrantRow[]
}

export interface FactsWanted {
  readonly customerIds: readonly string[]
  readonly externalCustomerIds: readonly string[]
  readonly planIds: readonly string[]
  readonly entitlementIds: readonly string[]
  readonly idempotencyKeys: readonly string[]
  /** False for a list's items: such an item may have the key of its list. */
  readonly areListsOthers: boolean
}

/**
 * Reads them in two to five statements, however many subscriptions they are for, and holds them until the
 * caller's transaction ends: plans against price edits, customers and entitlements against their deletion.
 */
export async function readSubscriptionFacts(scoped: Scoped, wanted: FactsWanted): Promise<SubscriptionFacts> {
  // One after the other: they share the transaction's connection.
  const { made, customers, plans } = await holdParties(scoped, wanted)
  // By a statement behind the one that locked the plans: its snapshot has what an edit that was waited for has done.
  const planIds = plans.map(({ id }) => id)
  const allPrices = await readPrices(scoped, planIds)
  const meters = await readMeters(scoped, allPrices)
  const givingIds = plans.flatMap(({ id, gives }) => (gives ? [id] : []))
  const allGrants = givingIds.length > 0 ? await listPlanGrants(scoped, givingIds) : []
  const entitlements =
    wanted.entitlementIds.length > 0 ? await shareEntitlements(scoped, wanted.entitlementIds) : []
  const prices = Map.groupBy(allPrices, (price) => price.plan_id)
  const grants = Map.groupBy(allGrants, (grant) => grant.plan_id)
  return {
    meters,
    entitlements: new Map(entitlements.map((entitlement) => [entitlement.id, entitlement])),
    made: new Map(
      made.flatMap(({ idempotency_key, id, request_hash }) =>
        id === null || request_hash === null ? [] : [[idempotency_key, { id, request_hash }]],
      ),
    ),
    usedKeys: new Set(made.flatMap(({ id, idempotency_key }) => (id === null ? [idempotency_key] : []))),
    customersById: new Map(customers.map((customer) => [customer.id, customer])),
    customersByExternalId: new Map(customers.map((customer) => [customer.external_id, customer])),
    plans: new Map(
      plans.map(({ gives: _, ...plan }) => [
        plan.id,
        { ...plan, prices: prices.get(plan.id) ?? [], grants: grants.get(plan.id) ?? [] },
      ]),
    ),
  }
}

interface Parties {
  /** What has one of the keys: a subscription, or (without an id) a request of another kind. */
  readonly made: readonly { idempotency_key: string; id: string | null; request_hash: string | null }[]
  readonly customers: readonly CustomerFacts[]
  readonly plans: readonly SharedPlan[]
}

/** All that is looked for by what the requests name, held, in one round trip. */
async function holdParties(scoped: Scoped, wanted: FactsWanted): Promise<Parties> {
  const { environmentId } = scoped.scope
  const { idempotencyKeys: keys, areListsOthers, customerIds, externalCustomerIds, planIds } = wanted
  const { rows } = await sql<Parties>`
    with made as (
      select idempotency_key, id, request_hash from subscriptions
      where environment_id = ${environmentId} and idempotency_key = any (${keys}::text[])
      union all select key, null, null from idempotency_keys
      where environment_id = ${environmentId} and key = any (${keys}::text[]) and created_at >= ${keyAge}
      union all select idempotency_key, null, null from subscription_batches
      where ${areListsOthers} and environment_id = ${environmentId} and idempotency_key = any (${keys}::text[])
    ), customer as (
      select id, external_id, timezone, (
          select coalesce(json_object_agg(plan_id, id), '{}') from (
            select distinct on (s.plan_id) s.plan_id, s.id from subscriptions s
            where s.environment_id = ${environmentId} and s.customer_id = customers.id
              and s.plan_id = any (${planIds}::text[]) and s.subscription_status not in ('draft', 'cancelled')
            order by s.plan_id, s.id desc) newest
        ) as subscribed
      from customers
      where status = 'published' and environment_id = ${environmentId}
        and (id = any (${customerIds}::text[]) or external_id = any (${externalCustomerIds}::text[]))
      order by id for key share
    ), plan as (${sharedPlans(scoped, planIds)})
    select coalesce((select json_agg(made) from made), '[]') as made,
      coalesce((select json_agg(customer) from customer), '[]') as customers,
      coalesce((select json_agg(plan) from plan), '[]') as plans`.execute(scoped.db)
  assert(rows[0], 'a select without a table yields a row')
  return rows[0]
}

interface SharedPlan extends Omit<PlanFacts, 'prices' | 'grants'> {
  /** Whether it has credit grants. */
  readonly gives: boolean
}

/**
 * The published plans of those ids, locked FOR SHARE until the caller's transaction ends: a price edit (FOR NO KEY
 * UPDATE) comes wholly before, and is seen, or wholly after, and raises the sequence above the one read here.
 */
export async function sharePlans(scoped: Scoped, ids: readonly string[]): Promise<SharedPlan[]> {
  const { rows } = await sharedPlans(scoped, ids).execute(scoped.db)
  return rows
}

function sharedPlans({ scope }: Scoped, ids: readonly string[]) {
  return sql<SharedPlan>`select id, name, price_sequence, exists (select from credit_grants g
      where g.environment_id = ${scope.environmentId} and g.plan_id = plans.id and g.status = 'published') as gives,
      (select coalesce(json_agg(json_build_object('meter_id', f.meter_id, 'name', f.name) order by f.id), '[]')
        from entitlements e join features f on f.environment_id = e.environment_id and f.id = e.feature_id
        where e.environment_id = ${scope.environmentId} and e.plan_id = plans.id and e.status = 'published'
          and e.is_enabled and f.meter_id is not null) as metered
    from plans
    where environment_id = ${scope.environmentId} and id = any (${ids}::text[]) and status = 'published'
    order by id for share`
}

async function readPrices(scoped: Scoped, planIds: readonly string[]): Promise<PriceRow[]> {
  return scoped.db
    .selectFrom('prices')
    .selectAll()
    .where(sql<boolean>`plan_id = any (${planIds}::text[])`)
    .where('status', '=', 'published')
    .orderBy('id')
    .execute()
}

async function readMeters(
  scoped: Scoped,
  prices: readonly PriceRow[],
): Promise<ReadonlyMap<string, MeterRow>> {
  const ids = new Set(prices.flatMap(({ meter_id }) => meter_id ?? []))
  return ids.size === 0 ? new Map() : metersById(scoped, [...ids])
}
