import { updatePrice } from '../catalog/price-edits.ts'
import type { PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { together } from '../connection/together.ts'
import { insertCustomer } from '../customers/customers.ts'
import { lineState } from '../line-items/line-state.ts'
import { overriddenPrice, type PriceOverride } from '../line-items/price-overrides.ts'
import { lineWrites } from '../line-items/write-lines.ts'
import { insertSubscriptions, type NewSubscription } from '../subscriptions/subscriptions.ts'
import { daysFromNow, newSubscription, now } from './catalog-rows.ts'

/** A monthly subscription of the plan, from `now`, with the lines that the plan gives it. */
export async function subscribe(
  scoped: Scoped,
  planId: string,
  subscription: Partial<NewSubscription> = {},
): Promise<string> {
  const externalId = newId('customer')
  const customer = await insertCustomer(scoped, { external_id: externalId, name: 'Ada' }, now)
  const subscriptions = [newSubscription(customer.id, subscription)]
  const [id = ''] = await insertSubscriptions(scoped, { planId, subscriptions, now })
  return id
}

/** Another amount for a plan's price, that many days from now. */
export function editPrice(scoped: Scoped, priceId: string, days: number): Promise<PriceRow> {
  const change = { priceId, changes: { amount: String(20 + days) }, effectiveFrom: daysFromNow(days), now }
  return inTransaction(scoped, (transaction) => updatePrice(transaction, change))
}

/** A price of the subscription's own in place of its plan's. */
export function overridePrice(
  scoped: Scoped,
  {
    subscriptionId,
    now: at,
    ...override
  }: PriceOverride & { readonly subscriptionId: string; readonly now: Date },
): Promise<{ priceId: string; lineItemId: string }> {
  return inTransaction(scoped, async (transaction) => {
    const named = { subscriptionId, priceIds: [override.priceId] }
    const [before] = await together(transaction, lineState(transaction, [], named))
    const { state: after, line } = overriddenPrice(before, override)
    await together(transaction, ...lineWrites(transaction, { before, after }, at))
    return { priceId: line.price_id, lineItemId: line.id }
  })
}

export async function lineIdsOf(scoped: Scoped, subscriptionId: string): Promise<string[]> {
  const lines = await scoped.db
    .selectFrom('subscription_line_items')
    .select('id')
    .where('subscription_id', '=', subscriptionId)
    .orderBy('start_date')
    .orderBy('id')
    .execute()
  return lines.map((line) => line.id)
}

export async function versionOf(scoped: Scoped, subscriptionId: string): Promise<number> {
  const row = await scoped.db
    .selectFrom('subscriptions')
    .select('version')
    .where('id', '=', subscriptionId)
    .executeTakeFirstOrThrow()
  return row.version
}
