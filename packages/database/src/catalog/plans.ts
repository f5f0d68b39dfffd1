import { assert, CodedError, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import { change, creation, json, type RecordColumn } from '../connection/row-changes.ts'
import { deletePlanEntitlements } from '../entitlements/entitlements.ts'
import {
  allOf,
  anyOf,
  equal,
  metadataHas,
  type Search,
  type SearchPage,
  searchPage,
} from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { PlanTable } from '../tables/catalog-tables.ts'
import type { Changes, Metadata } from '../tables/row-types.ts'

export type PlanRow = Selectable<PlanTable>
export type PlanChanges = Changes<Omit<PlanRow, RecordColumn | 'price_sequence' | 'synced_price_sequence'>>
export type NewPlan = PlanChanges & Pick<PlanRow, 'name'>

export interface PlanSearch extends Search {
  readonly plan_ids?: readonly string[] | undefined
  readonly lookup_key?: string | undefined
  readonly metadata?: Metadata | undefined
}

/** @throws already_exists when another published plan has the lookup key */
export function insertPlan(scoped: Scoped, plan: NewPlan, now: Date): Promise<PlanRow> {
  return scoped.db
    .insertInto('plans')
    .values({ ...plan, metadata: json(plan.metadata), id: newId('plan'), ...creation(scoped.scope, now) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws not_found, for a deleted one too */
export async function getPlan(scoped: Scoped, id: string): Promise<PlanRow> {
  const [row] = await planById(scoped, { id })
  if (!row) throw notFound('Plan', id)
  return row
}

const planById = preparedQuery<{ id: string }, PlanRow>((db, parameter) =>
  db.selectFrom('plans').selectAll().where('id', '=', parameter('id')).where('status', '<>', 'deleted'),
)

/** The published plans that the keys stand for, by their keys. */
export async function planIdsByLookupKey(
  { db, scope }: Scoped,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<{ id: string; lookup_key: string }>`
    select id, lookup_key from plans
    where environment_id = ${scope.environmentId} and lookup_key = any (${keys}::text[]) and status = 'published'`.execute(
    db,
  )
  return new Map(rows.map(({ id, lookup_key: key }) => [key, id]))
}

/** @throws not_found; already_exists when another published plan has the new lookup key */
export async function updatePlan(
  scoped: Scoped,
  id: string,
  changes: PlanChanges,
  now: Date,
): Promise<PlanRow> {
  const row = await scoped.db
    .updateTable('plans')
    .set({ ...changes, metadata: json(changes.metadata), ...change(scoped.scope, now) })
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound('Plan', id)
  return row
}

/**
 * Marks the plan, its prices and its entitlements as deleted, which frees their lookup keys. Needs the caller's
 * transaction: the row's lock waits for the creations that hold the plan, and keeps new ones out.
 *
 * @throws not_found; invalid_operation that says how many subscriptions use it
 */
export async function deletePlan(scoped: Scoped, id: string, now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'a plan is deleted in a transaction')
  const query = scoped.db.selectFrom('plans').select('id').where('id', '=', id)
  const plan = await query.where('status', '<>', 'deleted').forUpdate().executeTakeFirst()
  if (!plan) throw notFound('Plan', id)
  const subscriptions = await countLiveSubscriptions(scoped, id)
  if (subscriptions > 0) {
    throw new CodedError('in_use', `Plan ${id} is used by ${subscriptions} subscriptions`, {
      details: { used_by: 'subscription', subscriptions },
    })
  }
  const deleted = { status: 'deleted', ...change(scoped.scope, now) } as const
  await scoped.db.updateTable('prices').set(deleted).where('plan_id', '=', id).execute()
  await deletePlanEntitlements(scoped, id, now)
  await scoped.db.updateTable('plans').set(deleted).where('id', '=', id).execute()
}

/** How many subscriptions of the plan are not cancelled; from the counts that triggers keep. */
export async function countLiveSubscriptions(scoped: Scoped, planId: string): Promise<number> {
  const { subscriptions } = await scoped.db
    .selectFrom('plan_subscription_counts')
    .select(sql<number>`coalesce(sum(subscriptions), 0)::bigint`.as('subscriptions'))
    .where('plan_id', '=', planId)
    .executeTakeFirstOrThrow()
  return subscriptions
}

/**
 * Locks each plan until the transaction ends and gives it the next number of its prices' changes: a
 * price's change and the number that tells subscriptions of it are seen together or not at all.
 * Plans are locked in the order of their ids, so that two bulk changes cannot wait for each other.
 *
 * @returns each plan's new number
 * @throws not_found for a plan that is missing or deleted
 */
export async function raisePriceSequences(
  scoped: Scoped,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  assert(scoped.db.isTransaction, 'a price changes in one transaction with its plan')
  const { rows } = await sql<{ id: string; price_sequence: number }>`
    with locked as (
      select id, environment_id from plans where id = any(${planIds}::text[]) and status <> 'deleted'
      order by id for no key update)
    update plans set price_sequence = plans.price_sequence + 1 from locked
    where plans.environment_id = locked.environment_id and plans.id = locked.id
    returning plans.id, plans.price_sequence`.execute(scoped.db)
  const sequences = new Map(rows.map((row) => [row.id, row.price_sequence]))
  const missing = planIds.find((id) => !sequences.has(id))
  if (missing !== undefined) throw notFound('Plan', missing)
  return sequences
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchPlans(scoped: Scoped, search: PlanSearch): Promise<SearchPage<PlanRow>> {
  const query = allOf(scoped.db.selectFrom('plans').selectAll(), [
    anyOf('id', search.plan_ids),
    equal('lookup_key', search.lookup_key),
    ...metadataHas(search.metadata),
  ])
  return searchPage(query, search, planFields)
}

export const planFields = searchFields<keyof PlanTable>({
  text: ['id', 'name', 'description', 'lookup_key', 'status', 'created_by', 'updated_by'],
  number: ['display_order'],
  instant: ['created_at', 'updated_at'],
})
