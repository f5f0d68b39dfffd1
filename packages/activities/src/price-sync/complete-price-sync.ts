import type { PriceSyncResult } from '@flexprice/contracts/workflows'
import { finishPriceSyncRun } from '@flexprice/database/price-sync'
import type { PriceSyncDependencies } from './dependencies.ts'

export async function completePriceSync(
  { scoped, events }: PriceSyncDependencies,
  { planId, runId }: { planId: string; runId: string },
): Promise<PriceSyncResult> {
  const counts = await finishPriceSyncRun(scoped(), runId)
  const { incompatible, ended, overridden, endedByUser, inSync } = counts.skipped
  const result = {
    plan_id: planId,
    subscriptions_processed: counts.subscriptionsProcessed,
    subscriptions_unchanged: Math.max(0, counts.subscriptionsTotal - counts.subscriptionsProcessed),
    prices_added: counts.pricesAdded,
    prices_removed: counts.pricesRemoved,
    prices_skipped: incompatible + ended + overridden + endedByUser + inSync,
    skipped_by_reason: { incompatible, ended, overridden, ended_by_user: endedByUser, in_sync: inSync },
    ...(counts.skippedPrices.length > 0 && { skipped_prices: counts.skippedPrices }),
  }
  events.synced(result)
  return result
}
