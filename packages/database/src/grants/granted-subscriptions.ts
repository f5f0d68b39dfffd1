import { assert, CodedError, notFound } from '@flexprice/domain'
import type { Selectable } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'
import type { GrantedRow } from './grant-terms.ts'

/** A subscription as far as it decides whether, what and into which wallet is granted. */
export type GrantSubscription = GrantedRow &
  Pick<
    Selectable<SubscriptionTable>,
    'id' | 'customer_id' | 'plan_id' | 'currency' | 'subscription_status' | 'next_billing_at'
  >

/**
 * A subscription that a grant is to be made for, held until the caller's transaction ends.
 *
 * @throws not_found; invalid_operation for one that is cancelled
 */
export async function holdGrantedSubscription(scoped: Scoped, id: string): Promise<GrantSubscription> {
  assert(scoped.db.isTransaction, 'a subscription is held in a transaction')
  const row = await selectGranted(scoped).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw notFound('Subscription', id)
  if (row.subscription_status !== 'cancelled') return row
  throw new CodedError('invalid_operation', `Subscription ${id} is cancelled`, {
    details: { subscription_status: row.subscription_status },
  })
}

/**
 * A plan that is to give credits, held until the caller's transaction ends: a subscription is made of it wholly before,
 * and is not given them, or wholly after.
 *
 * @throws not_found
 */
export async function holdGrantingPlan({ db, scope }: Scoped, id: string): Promise<void> {
  const row = await db
    .selectFrom('plans')
    .select('id')
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .where('status', '=', 'published')
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('Plan', id)
}

/** The columns of it, of subscriptions that are not deleted. */
export function selectGranted({ db, scope }: Scoped) {
  return db
    .selectFrom('subscriptions')
    .select([
      'id',
      'customer_id',
      'plan_id',
      'currency',
      'subscription_status',
      'next_billing_at',
      'billing_anchor',
      'billing_period',
      'billing_period_count',
      'timezone',
      'start_date',
      'end_date',
      'trial_end',
      'bill_from',
    ])
    .where('environment_id', '=', scope.environmentId)
    .where('status', '<>', 'deleted')
}
