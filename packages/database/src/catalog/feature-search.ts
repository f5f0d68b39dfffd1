import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import {
  allOf,
  anyOf,
  equal,
  type Search,
  type SearchPage,
  searchPage,
  textContains,
} from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { FeatureTable } from '../tables/metering-tables.ts'
import type { FeatureRow } from './features.ts'

export interface FeatureSearch extends Search {
  readonly feature_ids?: readonly string[] | undefined
  readonly meter_ids?: readonly string[] | undefined
  readonly lookup_key?: string | undefined
  readonly lookup_keys?: readonly string[] | undefined
  readonly name_contains?: string | undefined
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchFeatures(scoped: Scoped, search: FeatureSearch): Promise<SearchPage<FeatureRow>> {
  const query = allOf(scoped.db.selectFrom('features').selectAll(), [
    anyOf('id', search.feature_ids),
    anyOf('meter_id', search.meter_ids),
    equal('lookup_key', search.lookup_key),
    anyOf('lookup_key', search.lookup_keys),
    textContains('name', search.name_contains),
  ])
  return searchPage(query, search, featureFields)
}

export const featureFields = searchFields<keyof FeatureTable>({
  text: [
    'id',
    'name',
    'type',
    'lookup_key',
    'description',
    'unit_singular',
    'unit_plural',
    'meter_id',
    'group_id',
    'status',
    'created_by',
    'updated_by',
  ],
  instant: ['created_at', 'updated_at'],
})

/** The oldest published feature of each of the meters, by the meter's id. */
export async function featuresByMeter(
  scoped: Scoped,
  meterIds: ReadonlyArray<string | null>,
): Promise<ReadonlyMap<string, FeatureRow>> {
  const wanted = [...new Set(meterIds.flatMap((id) => id ?? []))]
  if (wanted.length === 0) return new Map()
  const rows = await scoped.db
    .selectFrom('features')
    .distinctOn('meter_id')
    .selectAll()
    .where(sql<boolean>`meter_id = any(${wanted}::text[])`)
    .where('status', '=', 'published')
    .orderBy('meter_id')
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [row.meter_id ?? '', row]))
}

/** Those of the ids that are there, oldest first. */
export function listFeatures(scoped: Scoped, ids: readonly string[]): Promise<FeatureRow[]> {
  const query = scoped.db.selectFrom('features').selectAll().where(sql<boolean>`id = any(${ids}::text[])`)
  return query.where('status', '<>', 'deleted').orderBy('id').execute()
}

/** Of an answer about usage. */
export const usedFeaturesMax = 1_000

/** The published features that have a meter, oldest first: as many as an answer may have, and one more. */
export function listMeteredFeatures(scoped: Scoped): Promise<FeatureRow[]> {
  const query = scoped.db.selectFrom('features').selectAll().where('meter_id', 'is not', null)
  return query
    .where('status', '=', 'published')
    .orderBy('id')
    .limit(usedFeaturesMax + 1)
    .execute()
}

/** The published features whose meters the customer's subscriptions bill or have billed by, oldest first. */
export async function listUsedFeatures(scoped: Scoped, customerId: string): Promise<FeatureRow[]> {
  return scoped.db
    .selectFrom('features')
    .selectAll()
    .where('status', '=', 'published')
    .where(
      sql<boolean>`meter_id in (
        select p.meter_id from subscriptions s
        join subscription_line_items li on li.subscription_id = s.id
        join prices p on p.id = li.price_id
        where s.customer_id = ${customerId} and s.status <> 'deleted')`,
    )
    .orderBy('id')
    .limit(usedFeaturesMax)
    .execute()
}
