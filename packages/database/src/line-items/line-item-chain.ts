import { assert } from '@flexprice/domain'
import { carriedOn, type WholeStretch, wholeStretchesOf } from '@flexprice/domain/subscription'
import { later } from '@flexprice/domain/time'
import type { PriceRow } from '../catalog/prices.ts'
import type { StoredLine } from './line-item-lock.ts'

export interface ChainRow extends StoredLine {
  /** When the line's price reached the subscription. */
  readonly price_start: Date
}

export interface LineStretch extends WholeStretch<ChainRow> {
  /**
   * The lines that carry the stretch on without a gap. Who ends it or changes its quantity means them, too, where
   * they have that quantity.
   */
  readonly following: readonly ChainRow[]
  /** Until when users have the chain go on without a gap; null: for ever. What the plan's prices do is not asked. */
  readonly reach: Date | null
}

/**
 * The stretch that a line is of, with what the plan's other versions have of it: whether a price edit has been
 * synced already must decide neither what a user may do nor what a customer pays. A price of the subscription's own
 * knows no sync: there each line stands for itself.
 *
 * @param chain the subscription's lines of the price's chain, by time
 */
export function stretchIn(
  chain: readonly ChainRow[],
  { line, price }: { readonly line: StoredLine; readonly price: PriceRow },
): LineStretch {
  const stretches = price.plan_id === null ? eachForItself(chain) : wholeStretchesOf(chain)
  const stretch = stretches.find(({ lines }) => lines.some(({ id }) => id === line.id))
  assert(stretch, 'a line is of its own chain')
  const following = carriedOn(stretches, stretch)
  const { end: reach } = following.at(-1) ?? stretch
  return { ...stretch, following: following.flatMap(({ lines }) => lines), reach }
}

function eachForItself(chain: readonly ChainRow[]): WholeStretch<ChainRow>[] {
  return chain.map((line) => ({ lines: [line], start: line.start_date, end: line.end_date }))
}

/** Lines as a user's wish ends them. One that its price ended before keeps that end, and the user's beside it. */
export function endedAt(lines: readonly StoredLine[], at: Date): StoredLine[] {
  return lines.map((line) =>
    line.ended_by === 'price' && line.end_date !== null && line.end_date < at
      ? { ...line, user_end: at }
      : { ...line, end_date: later(line.start_date, at), ended_by: 'user', user_end: null },
  )
}
