import { assert } from '@flexprice/domain'
import { type NamedSkip, namedSkips } from '@flexprice/domain/subscription'
import type { SkipCounts } from '../tables/price-sync-tables.ts'

/** So many are told: a plan may have thousands of versions of prices. */
const namedMax = 100

/** The sum of several slices' counts, the price that most of the plan's subscriptions have not first. */
export function namedSkipsOf(slices: readonly SkipCounts[]): NamedSkip[] {
  return Object.entries(addSkips(slices))
    .map(([name, subscriptions]) => {
      const [price_id, text] = name.split(' ')
      const reason = namedSkips.find((one) => one === text)
      assert(price_id !== undefined && reason, `${name} is a price and a reason`)
      return { price_id, reason, subscriptions }
    })
    .sort((one, other) => other.subscriptions - one.subscriptions || (one.price_id < other.price_id ? -1 : 1))
    .slice(0, namedMax)
}

export function addSkips(all: readonly SkipCounts[]): SkipCounts {
  const sums = new Map<string, number>()
  for (const [name, count] of all.flatMap(Object.entries<number>))
    sums.set(name, (sums.get(name) ?? 0) + count)
  return Object.fromEntries(sums)
}
