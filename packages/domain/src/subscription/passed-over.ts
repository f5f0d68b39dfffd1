import { later } from '../time/period.ts'
import {
  isCompatibleWith,
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
  /** A chain that the subscription has no line of comes from here on at the earliest; null: not at all. */
  readonly chainsFrom: Date | null
}

/**
 * What syncs have passed over in time that was billed, and is to be billed anew (billing rules, section 8): `unbilledFrom`
 * is where that time begins. Of a chain's stretches a version has what no line is at work in; where one is, a sync
 * has not brought the version, and it stays so.
 */
export function passedOverLines<Price extends SyncPrice>(sync: PassedOver<Price>): SyncLine[] {
  const { lines, prices, chainsFrom } = sync
  const chainOf = new Map(prices.map(({ id, root_price_id }) => [id, root_price_id]))
  return prices
    .filter((price) => isCompatibleWith(sync.subscription, price) && sync.hasChanged(price))
    .flatMap((price) => {
      const chain = lines.filter(({ price_id }) => chainOf.get(price_id) === price.root_price_id)
      const pieces = missingPieces(sync, price)
      if (chain.length > 0) return pieces.filter((piece) => !chain.some((line) => areAtOnce(line, piece)))
      if (chainsFrom === null) return []
      return pieces
        .map((piece) => ({ ...piece, start_date: later(piece.start_date, chainsFrom) }))
        .filter(({ start_date, end_date }) => end_date === null || end_date > start_date)
    })
}

function areAtOnce(one: SyncLine, other: SyncLine): boolean {
  const start = later(one.start_date, other.start_date)
  return [one, other].every(({ end_date }) => end_date === null || end_date > start)
}
