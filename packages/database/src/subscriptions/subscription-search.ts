import { notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import { ofExternalCustomer } from '../search/search-references.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'

export interface SubscriptionRow extends Selectable<SubscriptionTable> {
  /** The greater of its own watermark and its plan's floor: up to there it is synced. */
  readonly synced_up_to: number
  readonly plan_price_sequence: number
}

export interface SubscriptionSearch extends Search {
  readonly subscription_ids?: readonly string[] | undefined
  readonly customer_id?: string | undefined
  readonly customer_ids?: readonly string[] | undefined
  readonly external_customer_id?: string | undefined
  readonly plan_id?: string | undefined
  readonly subscription_status?: ReadonlyArray<SubscriptionTable['subscription_status']> | undefined
  /** ONETIME is a period of the contract, but no subscription's: it finds nothing. */
  readonly billing_period?: readonly string[] | undefined
  /** The instant lies in the subscription's [start_date, end_date). */
  readonly active_at?: Date | undefined
  /** Trialing, and the trial ends at the instant or before. */
  readonly trial_end_due_lte?: Date | undefined
}

/** @throws not_found */
export async function getSubscription(scoped: Scoped, id: string): Promise<SubscriptionRow> {
  const [row] = await selectSubscription(scoped, { id })
  if (!row) throw notFound('Subscription', id)
  return row
}

/** @throws validation_error for a filter or sort that does not exist */
export async function searchSubscriptions(
  scoped: Scoped,
  search: SubscriptionSearch,
): Promise<SearchPage<SubscriptionRow>> {
  const { active_at: at, trial_end_due_lte: trialEnd } = search
  const query = allOf(selectSubscriptions(scoped), [
    anyOf('id', search.subscription_ids),
    equal('customer_id', search.customer_id),
    anyOf('customer_id', search.customer_ids),
    await ofExternalCustomer(scoped, 'customer_id', search.external_customer_id),
    equal('plan_id', search.plan_id),
    anyOf('subscription_status', search.subscription_status),
    anyOf('billing_period', search.billing_period),
    trialEnd && sql<boolean>`subscription_status = 'trialing' and trial_end <= ${trialEnd}`,
    at && sql<boolean>`start_date <= ${at} and (end_date is null or end_date > ${at})`,
  ])
  return searchPage(query, search, subscriptionFields)
}

const selectSubscription = preparedQuery<{ id: string }, SubscriptionRow>((db, parameter) =>
  selectSubscriptions({ db }).where('id', '=', parameter('id')).where('status', '<>', 'deleted'),
)

/** The plan's numbers come by sub-selects, not a join, so that counting does not pay for them. */
export function selectSubscriptions(scoped: Pick<Scoped, 'db'>) {
  return scoped.db
    .selectFrom('subscriptions')
    .selectAll()
    .select([
      sql<number>`(select greatest(subscriptions.synced_price_sequence, p.synced_price_sequence)
        from plans p where p.environment_id = subscriptions.environment_id and p.id = plan_id)`.as(
        'synced_up_to',
      ),
      sql<number>`(select p.price_sequence
        from plans p where p.environment_id = subscriptions.environment_id and p.id = plan_id)`.as(
        'plan_price_sequence',
      ),
    ])
}

export const subscriptionFields = searchFields<keyof SubscriptionTable>({
  text: [
    'id',
    'customer_id',
    'plan_id',
    'currency',
    'billing_period',
    'billing_cycle',
    'timezone',
    'subscription_status',
    'lookup_key',
    'status',
    'created_by',
    'updated_by',
  ],
  number: ['billing_period_count', 'version'],
  instant: [
    'billing_anchor',
    'start_date',
    'end_date',
    'current_period_start',
    'current_period_end',
    'trial_start',
    'trial_end',
    'next_billing_at',
    'created_at',
    'updated_at',
  ],
})
