import { CodedError } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { type HeldSubscription, holdSubscription } from '../subscriptions/hold-subscription.ts'
import type { SubscriptionLineItemTable } from '../tables/subscription-tables.ts'

export type StoredLine = Selectable<SubscriptionLineItemTable>
export type LockedSubscription = HeldSubscription

/**
 * What every change of a subscription's lines begins with.
 *
 * @throws not_found; invalid_operation for a subscription whose lines are final (cancelled) or not at work (draft)
 */
export async function lockSubscriptionLines(
  scoped: Scoped,
  subscriptionId: string,
): Promise<LockedSubscription> {
  const subscription = await holdSubscription(scoped, subscriptionId)
  refuseFinalLines(subscription)
  return subscription
}

/** @throws invalid_operation for a subscription whose lines are final (cancelled) or not at work (draft) */
export function refuseFinalLines({ id, subscription_status: status }: LockedSubscription): void {
  if (status !== 'cancelled' && status !== 'draft') return
  const message = `Subscription ${id} is ${status}: its line items cannot be changed`
  throw new CodedError('invalid_operation', message, { details: { subscription_status: status } })
}

/** Every change of a subscription's lines is a change of the subscription. */
export async function raiseVersion(scoped: Scoped, subscriptionId: string, now: Date): Promise<void> {
  await versionRaised(scoped, subscriptionId, now).execute(scoped.db)
}

/** The same as a statement, to be sent beside others. */
export function versionRaised({ scope }: Scoped, subscriptionId: string, now: Date) {
  const { updated_at, updated_by } = change(scope, now)
  return sql`
    update subscriptions set version = version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    where environment_id = ${scope.environmentId} and id = ${subscriptionId}`
}
