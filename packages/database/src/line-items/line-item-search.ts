import { notFound } from '@flexprice/domain'
import { type Expression, type Selectable, type SqlBool, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import { allOf, anyOf, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
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
  const query = allOf(scoped.db.selectFrom('subscription_line_items').select('id'), [
    anyOf('id', search.subscription_line_item_ids),
    anyOf('subscription_id', search.subscription_ids),
    // No index is for this one: one on the price would cost every insert of a line.
    anyOf('price_id', search.price_ids),
    search.customer_ids &&
      sql<boolean>`subscription_id in (
        select s.id from subscriptions s where s.customer_id = any(${search.customer_ids}::text[]))`,
    priceCondition('meter_id', search.meter_ids),
    priceCondition('currency', search.currencies),
    priceCondition('billing_period', search.billing_periods),
    ...entityConditions(search),
    search.active_filter === false
      ? undefined
      : sql<boolean>`(end_date is null or end_date > ${search.current_period_start ?? now})`,
    // A line has no status: it is there.
    search.status === undefined || search.status === 'published' ? undefined : sql<boolean>`false`,
  ])
  const { items, total } = await searchPage(query, search, fields)
  const ids = items.map((item) => item.id)
  const rows = await selectLineItems(scoped).where(sql<boolean>`li.id = any(${ids}::text[])`).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return { items: ids.flatMap((id) => byId.get(id) ?? []), total }
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
    .where(sql<boolean>`(li.end_date is null or li.end_date > li.start_date)`)
    .orderBy('li.subscription_id')
    .orderBy('li.start_date')
    .orderBy('li.id')
}

const entityType = sql<
  'plan' | 'subscription'
>`case when coalesce(p.plan_id, p.overridden_price_id) is null then 'subscription' else 'plan' end`
const planId = sql<string>`coalesce(p.plan_id, s.plan_id)`
const entityId = sql<string>`case when coalesce(p.plan_id, p.overridden_price_id) is null then s.id else ${planId} end`

/** Joined with a page's lines only: searching and counting touch the lines alone. */
function selectLineItems(scoped: Pick<Scoped, 'db'>) {
  return scoped.db
    .selectFrom('subscription_line_items as li')
    .innerJoin('prices as p', (join) =>
      join.onRef('p.environment_id', '=', 'li.environment_id').onRef('p.id', '=', 'li.price_id'),
    )
    .innerJoin('subscriptions as s', (join) =>
      join.onRef('s.environment_id', '=', 'li.environment_id').onRef('s.id', '=', 'li.subscription_id'),
    )
    .innerJoin('plans as pl', (join) =>
      join.onRef('pl.environment_id', '=', 'li.environment_id').on('pl.id', '=', planId),
    )
    .selectAll('li')
    .select([
      's.customer_id',
      'p.billing_period',
      'p.billing_period_count',
      'p.currency',
      'p.display_name',
      'p.invoice_cadence',
      'p.meter_id',
      'p.type as price_type',
      'pl.name as plan_name',
      entityType.as('entity_type'),
      entityId.as('entity_id'),
    ])
}

const fields = searchFields<keyof SubscriptionLineItemTable>({
  text: ['id', 'subscription_id', 'price_id', 'created_by', 'updated_by'],
  number: ['quantity'],
  instant: ['start_date', 'end_date', 'created_at', 'updated_at'],
})

function priceCondition(
  column: 'currency' | 'billing_period' | 'meter_id',
  values: readonly string[] | undefined,
) {
  return (
    values &&
    sql<boolean>`exists (select from prices p
      where p.id = price_id and ${sql.ref(`p.${column}`)} = any(${values}::text[]))`
  )
}

function entityConditions({ entity_type, entity_ids }: LineItemSearch): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = []
  if (entity_type !== undefined) conditions.push(sql`${entityType} = ${entity_type}`)
  if (entity_ids !== undefined) conditions.push(sql`${entityId} = any(${entity_ids}::text[])`)
  if (conditions.length === 0) return []
  return [
    sql<boolean>`exists (select from prices p join subscriptions s on s.environment_id = p.environment_id
      where p.id = price_id and s.id = subscription_line_items.subscription_id and ${sql.join(conditions, sql` and `)})`,
  ]
}
