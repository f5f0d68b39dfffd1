import { CodedError, invalid, notFound } from '@flexprice/domain'
import { later } from '@flexprice/domain/time'
import { sql } from 'kysely'
import { meterOf } from '../catalog/meters.ts'
import { editMoney, moneyProblems } from '../catalog/price-money.ts'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import type { PriceMoney } from '../tables/catalog-tables.ts'
import type { Changes, Metadata } from '../tables/row-types.ts'
import type { LockedSubscription } from './line-item-lock.ts'

export interface PriceOverride {
  readonly subscriptionId: string
  /** The plan price that the subscription replaces. */
  readonly priceId: string
  /** What is left out is as in the plan price. */
  readonly money: Changes<PriceMoney>
  readonly quantity?: string | undefined
  readonly metadata?: Metadata | null | undefined
  readonly effectiveFrom: Date
  readonly now: Date
}

/**
 * Gives a subscription a price of its own in place of a plan price: what is left of the chain's lines
 * ends, the override's begins at the same instant, with their quantity. Price syncs pass the chain over
 * from then on. It never begins before the subscription. Under the subscription's lock, in the caller's
 * transaction; the caller raises the version.
 *
 * @returns the ids of the override's price and of its line
 * @throws not_found when the price does not exist, or is not the subscription's plan's; validation_error for terms
 *   that make no price; invalid_operation when the price has other terms than the subscription, or its chain is
 *   overridden already
 */
export async function writeOverride(
  scoped: Scoped,
  { id: subscriptionId, start_date: start }: LockedSubscription,
  override: Omit<PriceOverride, 'subscriptionId'>,
): Promise<{ priceId: string; lineItemId: string }> {
  const from = later(override.effectiveFrom, start)
  const change = { ...override, subscriptionId, from }
  const price = await checkOverride(scoped, change)
  const priceId = await insertOverride(scoped, { ...change, price })
  const quantity = await closeChain(scoped, change)
  const lineItemId = newId('lineItem')
  await scoped.db
    .insertInto('subscription_line_items')
    .values({
      id: lineItemId,
      subscription_id: subscriptionId,
      price_id: priceId,
      quantity: override.quantity ?? quantity ?? String(price.min_quantity ?? 1),
      start_date: from,
      end_date: null,
      ended_by: null,
      metadata: json(override.metadata ?? null),
      ...creation(scoped.scope, override.now),
    })
    .execute()
  return { priceId, lineItemId }
}

/** The plan's price, if the subscription may have one of its own in its place. */
async function checkOverride(scoped: Scoped, { subscriptionId, priceId }: PriceOverride): Promise<PriceRow> {
  const pair = await scoped.db
    .selectFrom('subscriptions as s')
    .innerJoin('prices as p', (join) =>
      join.onRef('p.plan_id', '=', 's.plan_id').onRef('p.environment_id', '=', 's.environment_id'),
    )
    .selectAll('p')
    .select([
      sql<boolean>`p.currency = s.currency and (p.billing_period = 'ONETIME'
        or p.billing_period = s.billing_period and p.billing_period_count = s.billing_period_count)`.as(
        'compatible',
      ),
      sql<boolean>`exists (select from prices o join prices replaced on replaced.id = o.overridden_price_id
        where o.subscription_id = s.id and replaced.root_price_id = p.root_price_id)`.as('overridden'),
    ])
    .where('s.id', '=', subscriptionId)
    .where('p.id', '=', priceId)
    .where('p.status', '=', 'published')
    .executeTakeFirst()
  if (!pair) throw notFound('Price', priceId)
  const { compatible, overridden, ...price } = pair
  if (!compatible) {
    throw new CodedError('invalid_operation', `Price ${priceId} has other terms than the subscription`)
  }
  if (overridden) {
    throw new CodedError('invalid_operation', `The subscription overrides price ${priceId} already`)
  }
  return price
}

async function insertOverride(
  scoped: Scoped,
  override: PriceOverride & { price: PriceRow; from: Date },
): Promise<string> {
  const { price, from, now } = override
  const money = editMoney(price, override.money)
  const problems = moneyProblems(price, money, await meterOf(scoped, price))
  if (problems.length > 0) throw invalid(problems)
  const id = newId('price')
  await scoped.db
    .insertInto('prices')
    .values({
      ...price,
      ...money,
      id,
      plan_id: null,
      subscription_id: override.subscriptionId,
      root_price_id: id,
      overridden_price_id: price.id,
      successor_price_id: null,
      // It stays the plan's: one key stands for one price.
      lookup_key: null,
      tiers: json(money.tiers),
      filter_values: json(price.filter_values),
      metadata: json({}),
      start_date: from,
      end_date: null,
      waits_for: null,
      sequence: 0,
      ...creation(scoped.scope, now),
    })
    .execute()
  return id
}

/** Ends the chain's lines that run at the override's start or later; returns the first one's quantity. */
async function closeChain(
  scoped: Scoped,
  override: PriceOverride & { from: Date },
): Promise<string | undefined> {
  const { updated_at, updated_by } = change(scoped.scope, override.now)
  const { rows } = await sql<{ quantity: string; start_date: Date }>`
    update subscription_line_items line
    set end_date = greatest(line.start_date, ${override.from}), ended_by = 'user',
      updated_at = ${updated_at}, updated_by = ${updated_by}
    from prices p join prices chain on chain.root_price_id = p.root_price_id
    where p.id = ${override.priceId} and line.subscription_id = ${override.subscriptionId}
      and line.price_id = chain.id and (line.end_date is null or line.end_date > ${override.from})
    returning line.quantity, line.start_date`.execute(scoped.db)
  return rows.toSorted((left, right) => left.start_date.getTime() - right.start_date.getTime())[0]?.quantity
}
