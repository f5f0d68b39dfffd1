import { CodedError, invalid, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from './connection.ts'
import { newId } from './ids.ts'

/**
 * Ends a line by a user's wish. A price sync leaves that end, and the whole chain in this subscription,
 * alone from then on. The subscription's row is locked, so that a page of a sync comes before or after.
 * An end that is set already can only come earlier: behind it the chain's next line may begin.
 *
 * @throws not_found; validation_error when the end lies before the line's start or behind its present end;
 *   invalid_operation when the line has ended already
 */
export function endLineItem(
  scoped: Scoped,
  { lineItemId, endDate, now }: { lineItemId: string; endDate: Date; now: Date },
): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    await lockSubscriptionLines(transaction, (await getLine(transaction, lineItemId)).subscription_id)
    const { end_date: presentEnd } = await getLine(transaction, lineItemId)
    if (presentEnd && presentEnd <= now) {
      throw new CodedError('invalid_operation', `Line item ${lineItemId} has ended already`)
    }
    if (presentEnd && presentEnd < endDate) {
      throw invalid([{ path: 'end_date', message: "must not be after the line's present end" }])
    }
    await transaction.db
      .updateTable('subscription_line_items')
      .set({
        end_date: endDate,
        ended_by: 'user',
        updated_at: now,
        updated_by: transaction.scope.userId,
      })
      .where('id', '=', lineItemId)
      .execute()
  })
}

async function getLine(
  scoped: Scoped,
  id: string,
): Promise<{ subscription_id: string; end_date: Date | null }> {
  const line = await scoped.db
    .selectFrom('subscription_line_items')
    .select(['subscription_id', 'end_date'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!line) throw notFound('Line item', id)
  return line
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
 * Gives a subscription a flat price of its own in place of a plan price: what is left of the chain's lines
 * ends, the override's begins at the same instant, with their quantity. Price syncs pass the chain over
 * from then on. It never begins before the subscription.
 *
 * @returns the override's price id
 * @throws not_found when the subscription or the price does not exist, or the price is not the subscription's plan's;
 *   invalid_operation when the price has other terms than the subscription, or its chain is overridden already
 */
export function overridePrice(scoped: Scoped, override: PriceOverride): Promise<string> {
  return inTransaction(scoped, async (transaction) => {
    await lockSubscriptionLines(transaction, override.subscriptionId)
    const { from, minQuantity } = await checkOverride(transaction, override)
    const id = newId('price')
    await insertOverride(transaction, { ...override, id, from })
    const quantity = await closeChain(transaction, { ...override, from })
    await transaction.db
      .insertInto('subscription_line_items')
      .values({
        id: newId('lineItem'),
        environment_id: transaction.scope.environmentId,
        subscription_id: override.subscriptionId,
        price_id: id,
        quantity: override.quantity ?? quantity ?? String(minQuantity ?? 1),
        start_date: from,
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

/** Whether the subscription may have a price of its own for that one, and from when at the earliest. */
async function checkOverride(
  scoped: Scoped,
  { subscriptionId, priceId, effectiveFrom }: PriceOverride,
): Promise<{ from: Date; minQuantity: number | null }> {
  const { rows } = await sql<{
    from: Date
    minQuantity: number | null
    compatible: boolean
    overridden: boolean
  }>`
    select greatest(${effectiveFrom}, s.start_date) as "from", p.min_quantity as "minQuantity",
      p.currency = s.currency and (p.billing_period = 'ONETIME'
        or p.billing_period = s.billing_period and p.billing_period_count = s.billing_period_count) as compatible,
      exists (select from prices o join prices replaced on replaced.id = o.overridden_price_id
        where o.subscription_id = s.id and replaced.root_price_id = p.root_price_id) as overridden
    from subscriptions s join prices p on p.plan_id = s.plan_id and p.environment_id = s.environment_id
    where s.id = ${subscriptionId} and p.id = ${priceId} and p.status = 'published'`.execute(scoped.db)
  const [pair] = rows
  if (!pair) throw notFound('Price', priceId)
  if (!pair.compatible) {
    throw new CodedError('invalid_operation', `Price ${priceId} has other terms than the subscription`)
  }
  if (pair.overridden) {
    throw new CodedError('invalid_operation', `The subscription overrides price ${priceId} already`)
  }
  return pair
}

interface OverrideFrom extends PriceOverride {
  readonly from: Date
}

async function insertOverride(scoped: Scoped, override: OverrideFrom & { id: string }): Promise<void> {
  const { id, from, now } = override
  const { userId } = scoped.scope
  await sql`
    insert into prices (id, environment_id, subscription_id, root_price_id, overridden_price_id, type, billing_model,
      amount, currency, billing_period, billing_period_count, invoice_cadence, min_quantity, display_name,
      meter_id, group_id, bucket_size, filter_values, start_date, created_at, updated_at, created_by, updated_by)
    select ${id}, environment_id, ${override.subscriptionId}, ${id}, id, type, 'FLAT_FEE', ${override.amount}::numeric,
      currency, billing_period, billing_period_count, invoice_cadence, min_quantity, display_name,
      meter_id, group_id, bucket_size, filter_values, ${from}, ${now}, ${now}, ${userId}, ${userId}
    from prices where id = ${override.priceId}`.execute(scoped.db)
}

/** Ends the chain's lines that run at the override's start or later; returns the first one's quantity. */
async function closeChain(scoped: Scoped, override: OverrideFrom): Promise<string | undefined> {
  const { rows } = await sql<{ quantity: string; start_date: Date }>`
    update subscription_line_items line
    set end_date = greatest(line.start_date, ${override.from}), ended_by = 'user',
      updated_at = ${override.now}, updated_by = ${scoped.scope.userId}
    from prices p join prices chain on chain.root_price_id = p.root_price_id
    where p.id = ${override.priceId} and line.subscription_id = ${override.subscriptionId}
      and line.price_id = chain.id and (line.end_date is null or line.end_date > ${override.from})
    returning line.quantity, line.start_date`.execute(scoped.db)
  return rows.toSorted((left, right) => left.start_date.getTime() - right.start_date.getTime())[0]?.quantity
}
