import { assert, CodedError, notFound } from '@flexprice/domain'
import type { Selectable } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
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
  const { subscription_status: status } = subscription
  if (status === 'cancelled' || status === 'draft') {
    const message = `Subscription ${subscriptionId} is ${status}: its line items cannot be changed`
    throw new CodedError('invalid_operation', message, { details: { subscription_status: status } })
  }
  return subscription
}

/** A line with its price, under its subscription's lock. @throws as `lockSubscriptionLines` */
export async function lockLine(
  scoped: Scoped,
  lineItemId: string,
): Promise<{ line: StoredLine; price: PriceRow; subscription: LockedSubscription }> {
  const { subscription_id } = await readLine(scoped, lineItemId)
  const subscription = await lockSubscriptionLines(scoped, subscription_id)
  // Read again: what the lock waited for may have changed it.
  const line = await readLine(scoped, lineItemId)
  const price = await scoped.db
    .selectFrom('prices')
    .selectAll()
    .where('id', '=', line.price_id)
    .executeTakeFirst()
  assert(price, `line item ${lineItemId} has a price`)
  return { line, price, subscription }
}

async function readLine(scoped: Scoped, id: string): Promise<StoredLine> {
  const query = scoped.db.selectFrom('subscription_line_items').selectAll().where('id', '=', id)
  const line = await query.executeTakeFirst()
  if (!line) throw notFound('Line item', id)
  return line
}

/** Every change of a subscription's lines is a change of the subscription. */
export async function raiseVersion(scoped: Scoped, subscriptionId: string, now: Date): Promise<void> {
  await scoped.db
    .updateTable('subscriptions')
    .set((row) => ({ version: row('version', '+', 1), ...change(scoped.scope, now) }))
    .where('id', '=', subscriptionId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .execute()
}
