import type { PriceSyncResult } from '@flexprice/contracts/workflows'

/**
 * The result over all passes: what was looked at, added, removed and skipped adds up. The unchanged are
 * those of the first pass: whom later passes passed over, the earlier ones may just have worked on.
 */
export function addPass(total: PriceSyncResult | undefined, pass: PriceSyncResult): PriceSyncResult {
  if (total === undefined) return pass
  const skipped = total.skipped_by_reason
  const added = pass.skipped_by_reason
  return {
    plan_id: total.plan_id,
    subscriptions_processed: total.subscriptions_processed + pass.subscriptions_processed,
    subscriptions_unchanged: total.subscriptions_unchanged,
    prices_added: total.prices_added + pass.prices_added,
    prices_removed: total.prices_removed + pass.prices_removed,
    prices_skipped: total.prices_skipped + pass.prices_skipped,
    skipped_by_reason: {
      incompatible: skipped.incompatible + added.incompatible,
      ended: skipped.ended + added.ended,
      overridden: skipped.overridden + added.overridden,
      ended_by_user: skipped.ended_by_user + added.ended_by_user,
      in_sync: skipped.in_sync + added.in_sync,
    },
    ...namedSkips(total.skipped_prices, pass.skipped_prices),
  }
}

type NamedSkips = PriceSyncResult['skipped_prices']

function namedSkips(before: NamedSkips = [], more: NamedSkips = []): { skipped_prices?: NamedSkips } {
  if (before.length + more.length === 0) return {}
  const isSame = (one: (typeof more)[number]) => (other: typeof one) =>
    one.price_id === other.price_id && one.reason === other.reason
  const sums = before.map((one) => ({
    ...one,
    subscriptions: one.subscriptions + (more.find(isSame(one))?.subscriptions ?? 0),
  }))
  return { skipped_prices: [...sums, ...more.filter((one) => !before.some(isSame(one)))] }
}
