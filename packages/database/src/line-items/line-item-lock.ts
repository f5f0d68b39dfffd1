import { assert, CodedError, notFound } from '@flexprice/domain'
import type { Selectable } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { SubscriptionLineItemTable, SubscriptionTable } from '../tables/subscription-tables.ts'

export type StoredLine = Selectable<SubscriptionLineItemTable>
export type LockedSubscription = Selectable<SubscriptionTable>

/**
 * What every change of a subscription's lines begins with. FOR UPDATE, because a sync's page takes its
 * subscriptions FOR KEY SHARE: the two wait for each other, while ordinary updates of the row pass.
 *
 * @throws not_found; invalid_operation for a subscription whose lines are final (cancelled) or not at work (draft)
 */
export async function lockSubscriptionLines(
  scoped: Scoped,
  subscriptionId: string,
): Promise<LockedSubscription> {
  assert(scoped.db.isTransaction, 'lines are changed in a transaction')
  const subscription = await scoped.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('id', '=', subscriptionId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst()
  if (!subscription) throw notFound('Subscription', subscriptionId)
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
