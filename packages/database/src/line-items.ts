import { assert, CodedError, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from './connection.ts'
import { newId } from './ids.ts'

/**
 * Ends a line by a user's wish. A price sync leaves that end, and the whole chain in this subscription,
 * alone from then on. The subscription's row is locked, so that a page of a sync comes before or after.
 *
 * @throws not_found; validation_error when the end lies before the line's start;
 *   invalid_operation when the line has ended already
 */
export function endLineItem(
  scoped: Scoped,
  end: { lineItemId: string; endDate: Date; now: Date },
): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    const { db } = transaction
    const line = await db
      .selectFrom('subscription_line_items')
      .select('subscription_id')
      .where('id', '=', end.lineItemId)
      .executeTakeFirst()
    if (!line) throw notFound('Line item', end.lineItemId)
    await lockSubscriptionLines(transaction, line.subscription_id)
    const { numUpdatedRows } = await db
      .updateTable('subscription_line_items')
      .set({
        end_date: end.endDate,
        ended_by: 'user',
        updated_at: end.now,
        updated_by: transaction.scope.userId,
      })
      .where('id', '=', end.lineItemId)
      .where((lines) => lines.or([lines('end_date', 'is', null), lines('end_date', '>', end.now)]))
      .executeTakeFirst()
    if (numUpdatedRows === 0n) {
      throw new CodedError('invalid_operation', `Line item ${end.lineItemId} has ended already`)
    }
  })
}

export interface PriceOverride {
  readonly subscriptionId: string
  /** The plan price that the subscription replaces. */
  readonly priceId: string
  /** Decimal string, in the currency's major unit. */
  readonly amount: string
  readonly quantity?: string
  readonly effectiveFrom: Date
  readonly now: Date
}

/**
 * Gives a subscription a flat price of its own in place of a plan price: the chain's open line ends,
 * the override's begins at the same instant, with its quantity. Price syncs pass the chain over from then on.
 *
 * @returns the override's price id
 * @throws not_found when the subscription or the price does not exist, or the price is not the subscription's plan's
 */
export function overridePrice(scoped: Scoped, override: PriceOverride): Promise<string> {
  return inTransaction(scoped, async (transaction) => {
    await lockSubscriptionLines(transaction, override.subscriptionId)
    const id = newId('price')
    const { numAffectedRows } = await insertOverride(transaction, id, override)
    if (!numAffectedRows) throw notFound('Price', override.priceId)
    const quantity = await closeChain(transaction, override)
    await transaction.db
      .insertInto('subscription_line_items')
      .values({
        id: newId('lineItem'),
        environment_id: transaction.scope.environmentId,
        subscription_id: override.subscriptionId,
        price_id: id,
        quantity: override.quantity ?? quantity ?? '1',
        start_date: override.effectiveFrom,
        end_date: null,
        ended_by: null,
        metadata: null,
        created_at: override.now,
        updated_at: override.now,
        created_by: transaction.scope.userId,
        updated_by: transaction.scope.userId,
      })
      .execute()
    return id
  })
}

/**
 * What every change of a subscription's lines begins with. FOR UPDATE, because a sync's page takes its
 * subscriptions FOR KEY SHARE: the two wait for each other, while ordinary updates of the row pass.
 */
async function lockSubscriptionLines(scoped: Scoped, subscriptionId: string): Promise<void> {
  const subscription = await scoped.db
    .selectFrom('subscriptions')
    .select('id')
    .where('id', '=', subscriptionId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .forUpdate()
    .executeTakeFirst()
  if (!subscription) throw notFound('Subscription', subscriptionId)
}

function insertOverride(scoped: Scoped, id: string, override: PriceOverride) {
  const { environmentId, userId } = scoped.scope
  return sql`
    insert into prices (id, environment_id, subscription_id, root_price_id, overridden_price_id, type, billing_model,
      amount, currency, billing_period, billing_period_count, invoice_cadence, min_quantity, display_name, start_date,
      created_at, updated_at, created_by, updated_by)
    select ${id}, p.environment_id, s.id, ${id}, p.id, p.type, 'FLAT_FEE', ${override.amount}::numeric, p.currency,
      p.billing_period, p.billing_period_count, p.invoice_cadence, p.min_quantity, p.display_name,
      ${override.effectiveFrom}, ${override.now}, ${override.now}, ${userId}, ${userId}
    from subscriptions s join prices p on p.plan_id = s.plan_id and p.environment_id = s.environment_id
    where s.id = ${override.subscriptionId} and s.environment_id = ${environmentId} and p.id = ${override.priceId}
      and p.status = 'published'`.execute(scoped.db)
}

/** Ends the chain's line that runs at the override's start; returns its quantity. */
async function closeChain(scoped: Scoped, override: PriceOverride): Promise<string | undefined> {
  const { rows } = await sql<{ quantity: string }>`
    update subscription_line_items line
    set end_date = greatest(line.start_date, ${override.effectiveFrom}), ended_by = 'user',
      updated_at = ${override.now}, updated_by = ${scoped.scope.userId}
    from prices p join prices chain on chain.root_price_id = p.root_price_id
    where p.id = ${override.priceId} and line.subscription_id = ${override.subscriptionId}
      and line.price_id = chain.id and (line.end_date is null or line.end_date > ${override.effectiveFrom})
    returning line.quantity`.execute(scoped.db)
  assert(rows.length <= 2, 'a chain has one line at a time, and at most one that is scheduled')
  return rows[0]?.quantity
}
