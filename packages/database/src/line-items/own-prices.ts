import { assert, invalid } from '@flexprice/domain'
import { validatePriceTerms } from '@flexprice/domain/price'
import { sql } from 'kysely'
import { meterOf } from '../catalog/meters.ts'
import { moneyProblems } from '../catalog/price-money.ts'
import type { NewPrice, PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { bulkIdHead, newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import type { PriceMoney } from '../tables/catalog-tables.ts'
import type { LockedSubscription, StoredLine } from './line-item-lock.ts'

/** A price of a subscription's own, in the subscription's currency. Its terms are checked when it is inserted. */
export type NewOwnPrice = Omit<NewPrice, 'plan_id' | 'currency' | 'start_date'> & {
  readonly start_date: Date
}

/** @throws validation_error, with paths inside `price`, for terms that make no price */
export function insertOwnPrice(
  scoped: Scoped,
  subscription: LockedSubscription,
  { price, now }: { price: NewOwnPrice; now: Date },
): Promise<PriceRow> {
  const { currency } = subscription
  const problems = validatePriceTerms({
    ...price,
    billing_period_count: price.billing_period_count ?? 1,
    currency,
    tiers: price.tiers?.map((tier) => ({ ...tier, up_to: tier.up_to === null ? null : String(tier.up_to) })),
    transform_quantity: price.divide_by == null ? null : { divide_by: price.divide_by, round: price.round },
  })
  if (problems.length > 0) {
    throw invalid(problems.map(({ path, message }) => ({ path: `price.${path}`, message })))
  }
  const id = newId('price')
  return scoped.db
    .insertInto('prices')
    .values({
      ...price,
      id,
      currency,
      root_price_id: id,
      subscription_id: subscription.id,
      tiers: json(price.tiers),
      metadata: json(price.metadata),
      filter_values: json(price.filter_values),
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * New money for a subscription's own price: it ends, and a successor begins at that instant with whatever
 * its lines have left, scheduled ones included. Price syncs have nothing to do with it.
 *
 * @returns the id of the line that goes on in place of the given one
 * @throws validation_error for terms that make no price
 */
export async function replaceOwnPrice(
  scoped: Scoped,
  edit: { line: StoredLine; price: PriceRow; money: PriceMoney; quantity: string; from: Date; now: Date },
): Promise<string> {
  const { price, money, from, now } = edit
  const problems = moneyProblems(price, money, await meterOf(scoped, price))
  if (problems.length > 0) throw invalid(problems)
  const id = newId('price')
  await scoped.db
    .updateTable('prices')
    .set({ end_date: from, successor_price_id: id, lookup_key: null, ...change(scoped.scope, now) })
    .where('id', '=', price.id)
    .execute()
  await scoped.db
    .insertInto('prices')
    .values({
      ...price,
      ...money,
      id,
      tiers: json(money.tiers),
      metadata: json(price.metadata),
      filter_values: json(price.filter_values),
      start_date: from,
      ...creation(scoped.scope, now),
    })
    .execute()
  return moveLines(scoped, { ...edit, successorId: id })
}

/** Both parts see the lines as they were: the new ones are copies of what the old ones had left. */
async function moveLines(
  scoped: Scoped,
  move: { line: StoredLine; quantity: string; from: Date; successorId: string; now: Date },
): Promise<string> {
  const { line, from, now } = move
  const { environmentId, userId } = scoped.scope
  const { rows } = await sql<{ id: string; start_date: Date }>`
    with closed as (
      update subscription_line_items set end_date = greatest(start_date, ${from}), ended_by = 'user',
        updated_at = ${now}, updated_by = ${userId}
      where subscription_id = ${line.subscription_id} and price_id = ${line.price_id}
        and (end_date is null or end_date > ${from})
    )
    insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity, start_date, end_date,
      ended_by, metadata, created_at, updated_at, created_by, updated_by)
    select ${bulkIdHead('lineItem')} || lpad(upper(to_hex(row_number() over (order by start_date))), 8, '0'),
      ${environmentId}, subscription_id, ${move.successorId},
      case when quantity = ${line.quantity}::numeric then ${move.quantity}::numeric else quantity end,
      greatest(start_date, ${from}), end_date, ended_by, metadata, ${now}, ${now}, ${userId}, ${userId}
    from subscription_line_items
    where subscription_id = ${line.subscription_id} and price_id = ${line.price_id}
      and (end_date is null or end_date > greatest(start_date, ${from}))
    returning id, start_date`.execute(scoped.db)
  const moved = rows.find((row) => row.start_date.getTime() === from.getTime())
  assert(moved, `line item ${line.id} goes on under the price's successor`)
  return moved.id
}
