import { readNow } from '@flexprice/database/connection'
import { getPriceSyncRun, syncPriceSlicePage } from '@flexprice/database/price-sync'
import { Context } from '@temporalio/activity'
import type { PriceSyncDependencies } from './dependencies.ts'

/** Short enough for locks and progress, long enough to cost nothing: 50–300 ms on two cores, measured. */
const pairsPerPageMax = 25_000
const subscriptionsPerPageMax = 5_000
const halvingsMax = 6

/**
 * Each page is one transaction that also moves the slice's cursor, so that a killed worker's next
 * attempt, or a sync after a cancelled one, goes on behind the last whole page. Stops between pages when
 * it is cancelled or its worker shuts down.
 */
export async function syncPriceSlice(
  { scoped }: PriceSyncDependencies,
  { runId, slice }: { runId: string; slice: number },
): Promise<void> {
  const context = Context.current()
  const handle = scoped()
  const run = await getPriceSyncRun(handle, runId)
  const now = await readNow(handle)
  const subscriptionsMax = pageSize(run.priceCount, context.info.attempt)
  for (;;) {
    context.cancellationSignal.throwIfAborted()
    const taken = await syncPriceSlicePage(handle, { run, slice, subscriptionsMax, now })
    context.heartbeat()
    if (taken < subscriptionsMax) return
  }
}

/** Half as much at each further attempt, as far as a sixty-fourth: a page may have been too slow for its time limit. */
function pageSize(priceCount: number, attempt: number): number {
  const pairsMax = pairsPerPageMax / 2 ** Math.min(attempt - 1, halvingsMax)
  const fitting = Math.floor(pairsMax / Math.max(1, priceCount))
  return Math.min(subscriptionsPerPageMax, Math.max(1, fitting))
}
