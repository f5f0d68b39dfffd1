import { notFound } from '@flexprice/domain'
import { type Expression, type Selectable, type SqlBool, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import { allOf, anyOf, inOrder, type Search, type SearchPage, searchIds } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import { holds, idsOf, ofCustomersSubscriptions } from '../search/search-references.ts'
import type { PriceTable } from '../tables/catalog-tables.ts'
import type { SubscriptionLineItemTable, SubscriptionTable } from '../tables/subscription-tables.ts'

/** A line with what the wire shows of its price, subscription and plan. */
export interface LineItemRow
  extends Selectable<SubscriptionLineItemTable>,
    Pick<Selectable<SubscriptionTable>, 'customer_id'>,
    Pick<
      Selectable<PriceTable>,
      'billing_period' | 'billing_period_count' | 'currency' | 'display_name' | 'invoice_cadence' | 'meter_id'
    > {
  readonly price_type: PriceTable['type']
  /** What brought the line: the plan whose price (or override of one) it is, or the subscription alone. */
  readonly entity_type: 'plan' | 'subscription'
  readonly entity_id: string
  readonly plan_name: string
}

export interface LineItemSearch extends Search {
  readonly subscription_line_item_ids?: readonly string[] | undefined
  readonly subscription_ids?: readonly string[] | undefined
  readonly price_ids?: readonly string[] | undefined
  readonly customer_ids?: readonly string[] | undefined
  readonly entity_type?: string | undefined
  readonly entity_ids?: readonly string[] | undefined
  readonly meter_ids?: readonly string[] | undefined
  readonly currencies?: readonly string[] | undefined
  readonly billing_periods?: readonly string[] | undefined
  /** Only lines that have not ended at `current_period_start`, else now. On unless switched off. */
  readonly active_filter?: boolean | undefined
  readonly current_period_start?: Date | undefined
}

/** @throws validation_error for a filter or sort that does not exist */
export async function searchLineItems(
  scoped: Scoped,
  search: LineItemSearch,
  now: Date,
): Promise<SearchPage<LineItemRow>> {
  const query = allOf(scoped.db.selectFrom('subscription_line_items').selectAll(), [
    anyOf('id', search.subscription_line_item_ids),
    anyOf('subscription_id', search.subscription_ids),
    anyOf('price_id', search.price_ids),
    await ofCustomersSubscriptions(scoped, 'subscription_id', search.customer_ids),
    search.meter_ids && (await ofMeters(scoped, search.meter_ids)),
    search.entity_ids && (await ofEntities(scoped, search.entity_ids)),
    priceCondition(search),
    search.active_filter === false
      ? undefined
      : sql<boolean>`(end_date is null or end_date > ${search.current_period_start ?? now})`,
    // A line has no status: it is there.
    search.status === undefined || search.status === 'published' ? undefined : sql<boolean>`false`,
  ])
  const { items: ids, total } = await searchIds(query, search, lineItemFields)
  if (ids.length === 0) return { items: [], total }
  const rows = await selectLineItems(scoped).where(sql<boolean>`li.id = any(${ids}::text[])`).execute()
  return { items: inOrder(ids, rows), total }
}

/** @throws not_found */
export async function getLineItem(scoped: Scoped, id: string): Promise<LineItemRow> {
  const row = await selectLineItems(scoped).where('li.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('Line item', id)
  return row
}

/**
 * All lines of the subscriptions, ended ones too, in the order of their subscription and start. Those that ended
 * as they began are left out: a price that was not included, or was taken away before it billed anything.
 */
export function listLineItems(scoped: Scoped, subscriptionIds: readonly string[]): Promise<LineItemRow[]> {
  return listLines(scoped, { subscriptionIds })
}

const listLines = preparedQuery<{ subscriptionIds: readonly string[] }, LineItemRow>((db, parameter) =>
  selectLinesOf({ db }, sql`any(${parameter('subscriptionIds')}::text[])`),
)

/** @param subscriptions what their lines' subscription equals, as SQL */
export function selectLinesOf(scoped: Pick<Scoped, 'db'>, subscriptions: Expression<unknown>) {
  return selectLineItems(scoped)
    .where(sql<boolean>`li.subscription_id = ${subscriptions}`)
    .where(isLine)
    .orderBy('li.subscription_id')
    .orderBy('li.start_date')
    .orderBy('li.id')
}

const entityType = sql<
  'plan' | 'subscription'
>`case when coalesce(p.plan_id, p.overridden_price_id) is null then 'subscription' else 'plan' end`
// Not `coalesce`, which does not count as leakproof: no index would find the plan under row security.
const planId = sql<string>`case when p.plan_id is null then s.plan_id else p.plan_id end`
const entityId = sql<string>`case when coalesce(p.plan_id, p.overridden_price_id) is null then s.id else ${planId} end`

/**
 * A line `li` with its price `p` by its key: a join might go through all of the environment's prices for each line, where
 * PostgreSQL takes them for few.
 */
function pricedLines({ db }: Pick<Scoped, 'db'>) {
  return db.selectFrom('subscription_line_items as li').innerJoinLateral(
    (eb) =>
      eb
        .selectFrom('prices')
        .selectAll()
        .whereRef('prices.environment_id', '=', 'li.environment_id')
        .whereRef('prices.id', '=', 'li.price_id')
        .offset(sql.lit(0))
        .as('p'),
    (join) => join.onTrue(),
  )
}

/** A line with the other rows that it refers to, each of them by its key, too. */
function selectLineItems(scoped: Pick<Scoped, 'db'>) {
  return pricedLines(scoped)
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('subscriptions')
          .selectAll()
          .whereRef('subscriptions.environment_id', '=', 'li.environment_id')
          .whereRef('subscriptions.id', '=', 'li.subscription_id')
          .offset(sql.lit(0))
          .as('s'),
      (join) => join.onTrue(),
    )
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('plans')
          .selectAll()
          .whereRef('plans.environment_id', '=', 'li.environment_id')
          .where('plans.id', '=', planId)
          .offset(sql.lit(0))
          .as('pl'),
      (join) => join.onTrue(),
    )
    .selectAll('li')
    .select(['s.customer_id', ...ofPrice, 'pl.name as plan_name'])
    .select([entityType.as('entity_type'), entityId.as('entity_id')])
}

/** What a line shows of its price `p`. */
const ofPrice = [
  'p.billing_period',
  'p.billing_period_count',
  'p.currency',
  'p.display_name',
  'p.invoice_cadence',
  'p.meter_id',
  'p.type as price_type',
] as const

/**
 * The lines of a subscription as a part of the statement that reads it, as `s`, and its plan, as `pl`: neither is
 * looked up for each line again.
 */
export function selectLinesWithin(scoped: Pick<Scoped, 'db'>) {
  return pricedLines(scoped)
    .selectAll('li')
    .select([sql<string>`s.customer_id`.as('customer_id'), ...ofPrice])
    .select([
      sql<string>`case when ${planId} = pl.id then pl.name else
        (select o.name from plans o where o.environment_id = li.environment_id and o.id = ${planId}) end`.as(
        'plan_name',
      ),
      entityType.as('entity_type'),
      entityId.as('entity_id'),
    ])
    .where(sql<boolean>`li.subscription_id = s.id`)
    .where(isLine)
    .orderBy('li.start_date')
    .orderBy('li.id')
}

/** One that ended as it began is none. */
const isLine = sql<boolean>`(li.end_date is null or li.end_date > li.start_date)`

export const lineItemFields = searchFields<keyof SubscriptionLineItemTable>({
  text: ['id', 'subscription_id', 'price_id', 'created_by', 'updated_by'],
  number: ['quantity'],
  instant: ['start_date', 'end_date', 'created_at', 'updated_at'],
})

function priceCondition(search: LineItemSearch): Expression<SqlBool> | undefined {
  const { entity_type: type } = search
  const conditions = [
    anyOf('p.currency', search.currencies),
    anyOf('p.billing_period', search.billing_periods),
    type === undefined ? undefined : sql<SqlBool>`${entityType} = ${type}`,
  ].filter((condition) => condition !== undefined)
  if (conditions.length === 0) return undefined
  return holds(
    sql<SqlBool>`exists (select from prices p where p.id = price_id and ${sql.join(conditions, sql` and `)})`,
  )
}

async function ofMeters(scoped: Scoped, meterIds: readonly string[]) {
  const query = scoped.db.selectFrom('prices').select('id')
  return anyOf('price_id', await idsOf(query.where(sql<boolean>`meter_id = any(${meterIds}::text[])`)))
}

/**
 * The lines whose `entity_id` is one of these plans and subscriptions, by their prices: a plan's own, what a
 * subscription has beside its plan, and the overrides of a plan's subscriptions.
 */
async function ofEntities(scoped: Scoped, ids: readonly string[]) {
  const query = scoped.db.selectFrom('prices').select('id')
  const own = await idsOf(
    query.where(
      sql<boolean>`(plan_id = any(${ids}::text[])
        or subscription_id = any(${ids}::text[]) and overridden_price_id is null)`,
    ),
  )
  const ofThePlans = sql<boolean>`exists (
    select from subscriptions s where s.id = subscription_id and s.plan_id = any(${ids}::text[]))`
  const overrides = await idsOf(query.where('overridden_price_id', 'is not', null).where(holds(ofThePlans)))
  return anyOf('price_id', [...own, ...overrides])
}
