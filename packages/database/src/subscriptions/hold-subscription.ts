import { assert, notFound } from '@flexprice/domain'
import type { Selectable } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'

export type HeldSubscription = Selectable<SubscriptionTable>

/**
 * A subscription as it is until the caller's transaction ends. FOR UPDATE, because a sync's page takes its
 * subscriptions FOR KEY SHARE: the two wait for each other, while ordinary updates of the row pass.
 *
 * @throws not_found
 */
export async function holdSubscription(scoped: Scoped, id: string): Promise<HeldSubscription> {
  assert(scoped.db.isTransaction, 'a subscription is held in a transaction')
  const subscription = await scoped.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst()
  if (!subscription) throw notFound('Subscription', id)
  return subscription
}
