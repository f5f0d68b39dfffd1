import { CodedError } from '@flexprice/domain'
import {
  type AggregatedFeature,
  aggregateEntitlements,
  type EntitledSubscription,
  type EntitlementSource,
  entitlementSources,
} from '@flexprice/domain/entitlement'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { EntitlementRow } from '../entitlements/entitlements.ts'
import {
  allOf,
  anyOf,
  equal,
  pageSizeMax,
  type Search,
  type SearchPage,
  searchPage,
} from '../search/search.ts'
import { entityId, entityTypeCondition } from '../search/search-entity.ts'
import { searchFields } from '../search/search-fields.ts'
import type { EntitlementTable } from '../tables/entitlement-tables.ts'
import { type SubscriptionRow, searchSubscriptions } from './subscription-search.ts'

export interface EntitlementSearch extends Search {
  /** Ids of plans or subscriptions. */
  readonly entity_ids?: readonly string[] | undefined
  readonly entity_type?: string | undefined
  readonly plan_ids?: readonly string[] | undefined
  readonly feature_ids?: readonly string[] | undefined
  readonly feature_type?: string | undefined
  readonly is_enabled?: boolean | undefined
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchEntitlements(
  scoped: Scoped,
  search: EntitlementSearch,
): Promise<SearchPage<EntitlementRow>> {
  const { entity_ids: ids, is_enabled: isEnabled } = search
  const query = allOf(scoped.db.selectFrom('entitlements').selectAll(), [
    // Two conditions, as each has an index of its own.
    ids && sql<boolean>`(plan_id = any(${ids}::text[]) or subscription_id = any(${ids}::text[]))`,
    entityTypeCondition(search.entity_type),
    anyOf('plan_id', search.plan_ids),
    anyOf('feature_id', search.feature_ids),
    equal('feature_type', search.feature_type),
    isEnabled === undefined ? undefined : sql<boolean>`is_enabled = ${isEnabled}`,
  ])
  return searchPage(query, search, entitlementFields)
}

/** The published entitlements of the plans, oldest first. */
export function listPlanEntitlements(scoped: Scoped, planIds: readonly string[]): Promise<EntitlementRow[]> {
  return scoped.db
    .selectFrom('entitlements')
    .selectAll()
    .where(sql<boolean>`plan_id = any(${planIds}::text[])`)
    .where('status', '=', 'published')
    .orderBy('id')
    .execute()
}

export interface EntitlementAggregation {
  readonly subscriptions: readonly EntitledSubscription[]
  /** Only these features. */
  readonly featureIds?: readonly string[] | undefined
  readonly now: Date
}

/** Of one answer. */
export const entitlementSourcesMax = 20_000

/**
 * What subscriptions are entitled to at the instant, by feature: one query however many they are, then
 * the rule of `aggregateEntitlements`.
 *
 * @throws invalid_operation when the sources are more than an answer can list
 */
export async function aggregateSubscriptionEntitlements(
  scoped: Scoped,
  aggregation: EntitlementAggregation,
): Promise<Array<AggregatedFeature<EntitlementRow>>> {
  return aggregateEntitlements(await readSources(scoped, aggregation))
}

/**
 * The same for each of the subscriptions alone, by its id; also one query however many they are.
 *
 * @throws invalid_operation when the sources are more than an answer can list
 */
export async function aggregateEachSubscription(
  scoped: Scoped,
  aggregation: EntitlementAggregation,
): Promise<ReadonlyMap<string, Array<AggregatedFeature<EntitlementRow>>>> {
  const sources = Map.groupBy(await readSources(scoped, aggregation), (source) => source.subscription_id)
  return new Map([...sources].map(([id, ofOne]) => [id, aggregateEntitlements(ofOne)]))
}

async function readSources(
  scoped: Scoped,
  { subscriptions, featureIds, now }: EntitlementAggregation,
): Promise<Array<EntitlementSource<EntitlementRow>>> {
  const ids = subscriptions.map((one) => one.id)
  const planIds = [...new Set(subscriptions.map((one) => one.plan_id))]
  if (ids.length === 0) return []
  const rows = await allOf(scoped.db.selectFrom('entitlements').selectAll(), [
    sql<boolean>`(plan_id = any(${planIds}::text[]) or subscription_id = any(${ids}::text[]))`,
    anyOf('feature_id', featureIds),
    sql<boolean>`(start_date is null or start_date <= ${now}) and (end_date is null or end_date > ${now})`,
  ])
    .where('status', '=', 'published')
    .orderBy('id')
    .limit(entitlementSourcesMax + 1)
    .execute()
  if (rows.length > entitlementSourcesMax || countSources(subscriptions, rows) > entitlementSourcesMax) {
    const message = `More than ${entitlementSourcesMax} entitlements are at work: ask by subscription, or for fewer features`
    throw new CodedError('invalid_operation', message)
  }
  return entitlementSources(subscriptions, rows)
}

/** At the most, and before any is made: a plan's entitlements count once for each of its subscriptions. */
function countSources(
  subscriptions: readonly EntitledSubscription[],
  rows: readonly EntitlementRow[],
): number {
  const ofPlan = Map.groupBy(rows, (row) => row.plan_id)
  const inherited = subscriptions.reduce((sum, { plan_id }) => sum + (ofPlan.get(plan_id)?.length ?? 0), 0)
  return inherited + rows.filter((row) => row.subscription_id !== null).length
}

/**
 * The customer's subscriptions that entitle it to something at the instant: begun, not ended, and active
 * or trialing. What is paused, incomplete or a draft grants nothing.
 *
 * @throws invalid_operation when they are more than a page has: a sum over a part of them would be wrong
 */
export async function listEntitledSubscriptions(
  scoped: Scoped,
  customerId: string,
  now: Date,
): Promise<readonly SubscriptionRow[]> {
  const { items, total } = await searchSubscriptions(scoped, {
    customer_id: customerId,
    subscription_status: ['active', 'trialing'],
    active_at: now,
    order: 'asc',
    limit: pageSizeMax,
  })
  if (total <= pageSizeMax) return items
  const message = `Customer ${customerId} has ${total} active subscriptions, of which ${pageSizeMax} can be added up: ask by subscription`
  throw new CodedError('invalid_operation', message)
}

export const entitlementFields = new Map([
  ...searchFields<keyof EntitlementTable>({
    text: [
      'id',
      'plan_id',
      'subscription_id',
      'feature_id',
      'feature_type',
      'parent_entitlement_id',
      'usage_reset_period',
      'static_value',
      'status',
      'created_by',
      'updated_by',
    ],
    number: ['usage_limit'],
    instant: ['start_date', 'end_date', 'created_at', 'updated_at'],
  }),
  ['entity_id', { type: 'text', column: entityId }] as const,
])
