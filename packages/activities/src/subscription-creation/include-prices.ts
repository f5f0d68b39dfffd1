import type { PriceRow } from '@flexprice/database/catalog'
import { invalid } from '@flexprice/domain'
import type { PlannedLine } from '@flexprice/domain/subscription'

export interface IncludedLines {
  readonly included: readonly PlannedLine<PriceRow>[]
  readonly excluded: readonly PlannedLine<PriceRow>[]
}

/**
 * Parts the plan's lines by the prices that the request includes, all of them where it names none. A price
 * stands for its chain: one that is edited, or was since a draft was asked for, stays included.
 *
 * @param chains the root of each of the plan's prices, ended ones too
 * @throws validation_error that names each price that brings no line
 */
export function includePrices(
  planned: readonly PlannedLine<PriceRow>[],
  priceIds: readonly string[],
  chains: ReadonlyMap<string, string>,
): IncludedLines {
  if (priceIds.length === 0) return { included: planned, excluded: [] }
  const brought = new Set(planned.map(({ price }) => price.root_price_id))
  const problems = priceIds.flatMap((id, index) =>
    brought.has(chains.get(id) ?? '')
      ? []
      : [
          {
            path: `include_price_ids[${index}]`,
            message: `${id} is not a price that the plan brings to the subscription`,
          },
        ],
  )
  if (problems.length > 0) throw invalid(problems)
  const wanted = new Set(priceIds.map((id) => chains.get(id)))
  return {
    included: planned.filter(({ price }) => wanted.has(price.root_price_id)),
    excluded: planned.filter(({ price }) => !wanted.has(price.root_price_id)),
  }
}

/**
 * The line of a price that is left out: it ends as it begins, by the user's will, so that it never bills
 * and no price sync brings the price, or what it becomes, back.
 */
export function excludedLine({ price, start }: PlannedLine<PriceRow>) {
  return { price, quantity: String(price.min_quantity ?? 1), start, end: start, endedBy: 'user' as const }
}
