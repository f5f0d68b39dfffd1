import { CodedError, notFound } from '@flexprice/domain'
import { later } from '@flexprice/domain/time'
import { editMoney } from '../catalog/price-money.ts'
import type { PriceRow } from '../catalog/prices.ts'
import { newId } from '../connection/ids.ts'
import type { PriceMoney } from '../tables/catalog-tables.ts'
import type { Changes, Metadata } from '../tables/row-types.ts'
import type { LockedSubscription, StoredLine } from './line-item-lock.ts'
import { type LineState, withLines, withPrices } from './line-state.ts'
import { refuseMoney } from './own-prices.ts'

export interface PriceOverride {
  /** The plan price that the subscription replaces. */
  readonly priceId: string
  /** What is left out is as in the plan price. */
  readonly money: Changes<PriceMoney>
  readonly quantity?: string | undefined
  readonly metadata?: Metadata | null | undefined
  readonly effectiveFrom: Date
}

/**
 * Gives a subscription a price of its own in place of a plan price: what is left of the chain's lines
 * ends, the override's begins at the same instant, with their quantity. Price syncs pass the chain over
 * from then on. It never begins before the subscription.
 *
 * @returns the state afterwards, and the override's line
 * @throws not_found when the price does not exist, or is not the subscription's plan's; validation_error for
 *   terms that make no price; invalid_operation when the price has other terms than the subscription, or its chain is
 *   overridden already
 */
export function overriddenPrice(
  state: LineState,
  { priceId, money, quantity, metadata, effectiveFrom }: PriceOverride,
): { readonly state: LineState; readonly line: StoredLine } {
  const { subscription } = state
  const price = replaceable(state, priceId)
  const changed = editMoney(price, money)
  refuseMoney(state, price, changed)
  const from = later(effectiveFrom, subscription.start_date)
  const own = ownPrice(price, changed, { subscription, from })
  const closing = runningLines(state, price, from)
  const line = {
    id: newId('lineItem'),
    environment_id: subscription.environment_id,
    subscription_id: subscription.id,
    price_id: own.id,
    quantity: quantity ?? closing[0]?.quantity ?? String(price.min_quantity ?? 1),
    metadata: metadata ?? null,
    ...{ start_date: from, end_date: null, ended_by: null, user_end: null },
    ...{ opened_by_change: null, closed_by_change: null, carries_line_id: null, former_grid: null },
    // As `audited` says it.
    ...{ created_at: from, updated_at: from, created_by: '', updated_by: '' },
  }
  const closed = closing.map((one) => ({
    ...one,
    ...{ end_date: later(one.start_date, from), ended_by: 'user' as const },
  }))
  const after = withLines(withPrices(state, [own]), [...closed, line])
  const overriddenRoots = new Set([...state.overriddenRoots, price.root_price_id])
  return { state: { ...after, overriddenRoots }, line }
}

/** The plan's price, if the subscription may have one of its own in its place. */
function replaceable({ subscription, prices, overriddenRoots }: LineState, priceId: string): PriceRow {
  const price = prices.get(priceId)
  if (price?.plan_id !== subscription.plan_id || price.status !== 'published')
    throw notFound('Price', priceId)
  const { currency, billing_period: period, billing_period_count: count } = subscription
  const isSameLength = price.billing_period === period && price.billing_period_count === count
  if (price.currency !== currency || (price.billing_period !== 'ONETIME' && !isSameLength)) {
    throw new CodedError('invalid_operation', `Price ${priceId} has other terms than the subscription`)
  }
  if (overriddenRoots.has(price.root_price_id)) {
    throw new CodedError('invalid_operation', `The subscription overrides price ${priceId} already`)
  }
  return price
}

function ownPrice(
  price: PriceRow,
  money: PriceMoney,
  { subscription, from }: { readonly subscription: LockedSubscription; readonly from: Date },
): PriceRow {
  const id = newId('price')
  return {
    ...{ ...price, ...money, id, root_price_id: id, overridden_price_id: price.id },
    ...{ plan_id: null, subscription_id: subscription.id, successor_price_id: null },
    // It stays the plan's: one key stands for one price.
    lookup_key: null,
    ...{ metadata: {}, start_date: from, end_date: null, waits_for: null, sequence: 0 },
  }
}

/** Of the price's chain, at that instant or later, by their starts. */
function runningLines({ lines, prices }: LineState, price: PriceRow, from: Date): StoredLine[] {
  return [...lines.values()]
    .filter(
      ({ price_id: id, end_date: end }) =>
        prices.get(id)?.root_price_id === price.root_price_id && (end === null || end > from),
    )
    .toSorted((one, other) => one.start_date.getTime() - other.start_date.getTime())
}
