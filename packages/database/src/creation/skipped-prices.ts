import { type SkippedPrice, type SubscriptionTerms, skippedPrices } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SubscriptionRow } from '../subscriptions/subscription-search.ts'

export type SkippingSubscription = Pick<
  SubscriptionRow,
  'id' | 'plan_id' | 'currency' | 'billing_period' | 'billing_period_count' | 'start_date' | 'end_date'
>

/**
 * What each of the subscriptions has not of its plan's prices, from its start on, as the plan is now; by its id.
 * One statement, however many they are. It follows from terms that a subscription keeps, so that it is not stored with each.
 */
export async function skippedPricesOf(
  scoped: Scoped,
  subscriptions: readonly SkippingSubscription[],
): Promise<ReadonlyMap<string, readonly SkippedPrice[]>> {
  const planIds = [...new Set(subscriptions.map(({ plan_id }) => plan_id))]
  if (planIds.length === 0) return new Map()
  const prices = await scoped.db
    .selectFrom('prices')
    .select([
      'id',
      'plan_id',
      'root_price_id',
      'currency',
      'billing_period',
      'billing_period_count',
      'start_date',
      'end_date',
    ])
    .where(sql<boolean>`plan_id = any (${planIds}::text[])`)
    .where('status', '=', 'published')
    .orderBy('id')
    .execute()
  const ofPlan = Map.groupBy(prices, ({ plan_id }) => plan_id)
  return new Map(
    subscriptions.map((subscription) => [
      subscription.id,
      skippedPrices(termsOf(subscription), ofPlan.get(subscription.plan_id) ?? []),
    ]),
  )
}

function termsOf(row: SkippingSubscription): SubscriptionTerms & { readonly end: Date | null } {
  return {
    currency: row.currency,
    period: row.billing_period,
    count: row.billing_period_count,
    start: row.start_date,
    end: row.end_date,
  }
}
