import { assert, type FieldProblem, invalid, notFound } from '@flexprice/domain'
import { validateAgainstMeter } from '@flexprice/domain/price'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { bulkIdHead } from '../connection/ids.ts'
import { creation, json, type RecordColumn } from '../connection/row-changes.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { entityId, entityTypeCondition } from '../search/search-entity.ts'
import { searchFields } from '../search/search-fields.ts'
import type { PriceTable } from '../tables/catalog-tables.ts'
import type { BillingPeriodColumn, Changes } from '../tables/row-types.ts'
import { lockGroups } from './groups.ts'
import { lockMeters } from './meters.ts'
import { raisePriceSequences } from './plans.ts'

/** Decimals come as PostgreSQL keeps them, with all 18 digits after the point. */
export type PriceRow = Selectable<PriceTable>

/** A price of a plan. Its terms are validated by the caller (`validatePriceTerms`); the start is now unless given. */
export type NewPrice = { readonly plan_id: string } & Pick<PriceRow, RequiredColumn> &
  Changes<Omit<PriceRow, RecordColumn | RequiredColumn | LinkColumn | 'sequence'>>

type RequiredColumn = 'type' | 'billing_model' | 'currency' | 'billing_period' | 'invoice_cadence'
type LinkColumn =
  | 'plan_id'
  | 'subscription_id'
  | 'root_price_id'
  | 'overridden_price_id'
  | 'successor_price_id'
  | 'waits_for'

export interface PriceSearch extends Search {
  readonly price_ids?: readonly string[] | undefined
  readonly plan_ids?: readonly string[] | undefined
  readonly meter_ids?: readonly string[] | undefined
  readonly subscription_id?: string | undefined
  /** Ids of plans or subscriptions. */
  readonly entity_ids?: readonly string[] | undefined
  readonly entity_type?: string | undefined
  readonly billing_periods?: readonly BillingPeriodColumn[] | undefined
  readonly parent_price_id?: string | undefined
  readonly start_date_lt?: Date | undefined
  readonly updated_after?: Date | undefined
  /** Also prices whose end has passed. */
  readonly allow_expired_prices?: boolean | undefined
}

/** Of one insert; each price has some thirty parameters, of which a statement can have 65,535. */
export const pricesPerInsertMax = 1_000
const rowNumberDigits = 8

/**
 * Inserts prices of one plan or of several, all in the caller's transaction: the plans are locked and
 * each plan's sequence is raised once, for all of its prices. Meters and groups are held, too.
 *
 * @param pathOf what comes before a field in the path of a problem: `items[3].` for a price of a list
 * @returns the rows, in the order given
 * @throws not_found for a missing plan, meter or group; already_exists for a lookup key in use;
 *   validation_error for what does not fit the meter, or a group of features
 */
export async function insertPrices(
  scoped: Scoped,
  prices: readonly NewPrice[],
  now: Date,
  pathOf: (index: number) => string = () => '',
): Promise<PriceRow[]> {
  assert(prices.length <= pricesPerInsertMax, `at most ${pricesPerInsertMax} prices are inserted at once`)
  if (prices.length === 0) return []
  await holdMetering(scoped, prices, pathOf)
  const sequences = await raisePriceSequences(scoped, [...new Set(prices.map((price) => price.plan_id))])
  const idHead = bulkIdHead('price')
  const rows = prices.map((price, index) => {
    const id = idHead + index.toString(16).toUpperCase().padStart(rowNumberDigits, '0')
    const sequence = sequences.get(price.plan_id)
    return { ...price, start_date: price.start_date ?? now, id, root_price_id: id, sequence }
  })
  return scoped.db
    .insertInto('prices')
    .values(
      rows.map((row) => ({
        ...row,
        tiers: json(row.tiers),
        metadata: json(row.metadata),
        filter_values: json(row.filter_values),
        ...creation(scoped.scope, now),
      })),
    )
    .returningAll()
    .execute()
}

/** Meters and groups before plans, in every transaction that takes more than one of them. */
async function holdMetering(
  scoped: Scoped,
  prices: readonly NewPrice[],
  pathOf: (index: number) => string,
): Promise<void> {
  await lockGroups(
    scoped,
    'price',
    prices.map((price) => price.group_id),
  )
  const meters = await lockMeters(
    scoped,
    prices.map((price) => price.meter_id),
  )
  const problems = prices.flatMap((price, index): FieldProblem[] => {
    const meter = meters.get(price.meter_id ?? '')
    const found = meter ? validateAgainstMeter(price, meter) : []
    return found.map(({ path, message }) => ({ path: pathOf(index) + path, message }))
  })
  if (problems.length > 0) throw invalid(problems)
}

/** A price of a plan or of a subscription, also one that has ended. @throws not_found */
export async function getPrice(scoped: Scoped, id: string): Promise<PriceRow> {
  const query = scoped.db.selectFrom('prices').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Price', id)
  return row
}

/** The price that a lookup key stands for: published, with neither a successor nor an end. @throws not_found */
export async function getPriceByLookupKey(scoped: Scoped, lookupKey: string): Promise<PriceRow> {
  const row = await scoped.db
    .selectFrom('prices')
    .selectAll()
    .where('lookup_key', '=', lookupKey)
    .where('successor_price_id', 'is', null)
    .where('end_date', 'is', null)
    .where('status', '=', 'published')
    .executeTakeFirst()
  if (!row) throw notFound('Price with lookup key', lookupKey)
  return row
}

/** The published prices of the plans that have not ended at the instant, scheduled ones too, oldest first. */
export function listPlanPrices(scoped: Scoped, planIds: readonly string[], now: Date): Promise<PriceRow[]> {
  return scoped.db
    .selectFrom('prices')
    .selectAll()
    .where(sql<boolean>`plan_id = any(${planIds}::text[])`)
    .where('status', '=', 'published')
    .where(notExpired(now))
    .orderBy('id')
    .execute()
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchPrices(scoped: Scoped, search: PriceSearch, now: Date): Promise<SearchPage<PriceRow>> {
  const { entity_ids: owners, parent_price_id: parent, start_date_lt, updated_after } = search
  const query = allOf(scoped.db.selectFrom('prices').selectAll(), [
    anyOf('id', search.price_ids),
    anyOf('plan_id', search.plan_ids),
    anyOf('meter_id', search.meter_ids),
    equal('subscription_id', search.subscription_id),
    // Two conditions, as each has an index of its own.
    owners && sql<boolean>`(plan_id = any(${owners}::text[]) or subscription_id = any(${owners}::text[]))`,
    entityTypeCondition(search.entity_type),
    anyOf('billing_period', search.billing_periods),
    // Both kinds of parent: the chain's first price, and the plan price that an override replaces.
    parent === undefined
      ? undefined
      : sql<boolean>`(root_price_id = ${parent} and id <> ${parent} or overridden_price_id = ${parent})`,
    start_date_lt && sql<boolean>`start_date < ${start_date_lt}`,
    updated_after && sql<boolean>`updated_at > ${updated_after}`,
    search.allow_expired_prices ? undefined : notExpired(now),
  ])
  return searchPage(query, search, priceFields)
}

export const priceFields = new Map([
  ...searchFields<keyof PriceTable>({
    text: [
      'id',
      'plan_id',
      'subscription_id',
      'type',
      'billing_model',
      'tier_mode',
      'currency',
      'billing_period',
      'invoice_cadence',
      'meter_id',
      'group_id',
      'lookup_key',
      'display_name',
      'description',
      'status',
      'created_by',
      'updated_by',
    ],
    number: ['amount', 'billing_period_count', 'trial_period_days', 'min_quantity', 'sequence'],
    instant: ['start_date', 'end_date', 'created_at', 'updated_at'],
  }),
  ['entity_id', { type: 'text', column: entityId }] as const,
])

function notExpired(now: Date) {
  return sql<boolean>`(end_date is null or end_date > ${now})`
}
