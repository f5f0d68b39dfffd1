import { assert, invalid } from '@flexprice/domain'
import { validatePriceTerms } from '@flexprice/domain/price'
import { later } from '@flexprice/domain/time'
import { moneyProblems } from '../catalog/price-money.ts'
import type { NewPrice, PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { creation, json } from '../connection/row-changes.ts'
import type { PriceMoney } from '../tables/catalog-tables.ts'
import { equalTexts } from './equal-texts.ts'
import type { LockedSubscription, StoredLine } from './line-item-lock.ts'
import { type LineState, withLines, withPrices } from './line-state.ts'

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
 * @returns the state afterwards, and the line that goes on in place of the given one
 * @throws validation_error for terms that make no price
 */
export function replacedOwnPrice(
  state: LineState,
  {
    line,
    price,
    money,
    quantity,
    from,
  }: {
    readonly line: StoredLine
    readonly price: PriceRow
    readonly money: PriceMoney
    readonly quantity: string
    readonly from: Date
  },
): { readonly state: LineState; readonly line: StoredLine } {
  refuseMoney(state, price, money)
  const successor = { ...price, ...money, id: newId('price'), start_date: from }
  const ended = { ...price, end_date: from, successor_price_id: successor.id, lookup_key: null }
  const running = [...state.lines.values()].filter(
    (one) => one.price_id === price.id && (one.end_date === null || one.end_date > from),
  )
  const closed = running.map((one) => ({
    ...one,
    ...{ end_date: later(one.start_date, from), ended_by: 'user' as const },
  }))
  // Copies of what the old ones had left.
  const moved = running
    .map((one) => ({ ...one, start_date: later(one.start_date, from) }))
    .filter(({ start_date: start, end_date: end }) => end === null || end > start)
    .map((one) => ({
      ...{ ...one, ...neverChanged, id: newId('lineItem'), price_id: successor.id },
      quantity: equalTexts(one.quantity, line.quantity) ? quantity : one.quantity,
    }))
  const goesOn = moved.find(({ start_date: start }) => start.getTime() === from.getTime())
  assert(goesOn, `line item ${line.id} goes on under the price's successor`)
  const after = withPrices(state, [ended, successor])
  return { state: withLines(after, [...closed, ...moved]), line: goesOn }
}

/** Nobody has ended it before its time, and no change has opened or closed it. */
const neverChanged = {
  ...{ user_end: null, opened_by_change: null, closed_by_change: null },
  ...{ carries_line_id: null, former_grid: null },
} as const

/** @throws validation_error for money that makes no price of it */
export function refuseMoney({ meters }: LineState, price: PriceRow, money: PriceMoney): void {
  const problems = moneyProblems(price, money, meters.get(price.meter_id ?? ''))
  if (problems.length > 0) throw invalid(problems)
}
