import { later } from '../time/period.ts'
import {
  isCompatibleWith,
  linesOfPlan,
  missingPieces,
  type SubscriptionSync,
  type SyncLine,
  type SyncPrice,
} from './price-sync.ts'

export interface PassedOver<Price extends SyncPrice>
  extends Omit<SubscriptionSync<SyncLine>, 'newLine' | 'prices' | 'hasChanged'> {
  readonly prices: readonly Price[]
  /** Whether a sync has brought the price to the subscription, or passed over it. */
  readonly hasChanged: (price: Price) => boolean
  /** Whether a chain that the subscription has no line of comes: with its plan, at the earliest. */
  readonly bringsChains: boolean
}

/**
 * What syncs have passed over in time that was billed, and is to be billed anew (billing rules, section 8): `unbilledFrom`
 * is where that time begins. Of a chain's stretches a version has what no line is at work in; where one is, a sync
 * has not brought the version, and it stays so.
 */
export function passedOverLines<Price extends SyncPrice>(sync: PassedOver<Price>): SyncLine[] {
  const { prices, bringsChains } = sync
  const lines = linesOfPlan(sync.lines, sync.subscription)
  const chainOf = new Map(prices.map(({ id, root_price_id }) => [id, root_price_id]))
  return prices
    .filter((price) => isCompatibleWith(sync.subscription, price) && sync.hasChanged(price))
    .flatMap((price) => {
      const chain = lines.filter(({ price_id }) => chainOf.get(price_id) === price.root_price_id)
      const pieces = missingPieces(sync, price)
      if (chain.length > 0) return pieces.filter((piece) => !chain.some((line) => areAtOnce(line, piece)))
      return bringsChains ? pieces : []
    })
}

function areAtOnce(one: SyncLine, other: SyncLine): boolean {
  const start = later(one.start_date, other.start_date)
  return [one, other].every(({ end_date }) => end_date === null || end_date > start)
}
