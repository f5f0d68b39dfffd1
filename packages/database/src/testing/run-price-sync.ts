import type { Scoped } from '../connection/connection.ts'
import type { PriceSyncCounts } from '../price-sync/price-sync-counts.ts'
import { syncPriceSlicePage } from '../price-sync/price-sync-page.ts'
import { finishPriceSyncRun, getPriceSyncRun, startPriceSyncRun } from '../price-sync/price-sync-run.ts'
import { now } from './catalog-rows.ts'

/** A whole sync as the activities do it, without Temporal; undefined when there was nothing to do. */
export async function runPriceSync(
  scoped: Scoped,
  planId: string,
  options: { slices?: number; subscriptionsMax?: number; at?: Date; runId?: string } = {},
): Promise<PriceSyncCounts | undefined> {
  const { slices: slicesMax = 2, subscriptionsMax = 3, at = now, runId = 'run' } = options
  const workflow = { id: `price-sync:${planId}`, runId }
  const started = await startPriceSyncRun(scoped, { planId, workflow, slicesMax })
  if (started.runId === null) return undefined
  const run = await getPriceSyncRun(scoped, started.runId)
  const page = { run, subscriptionsMax, now: at }
  await Promise.all(
    started.slices.map(async (slice) => {
      while ((await syncPriceSlicePage(scoped, { ...page, slice })) === subscriptionsMax);
    }),
  )
  return finishPriceSyncRun(scoped, started.runId)
}

/** The lines of a subscription, oldest first, as short as a test reads them. */
export async function linesOf(scoped: Scoped, subscriptionId: string) {
  const lines = await scoped.db
    .selectFrom('subscription_line_items')
    .select(['price_id', 'quantity', 'start_date', 'end_date', 'ended_by'])
    .where('subscription_id', '=', subscriptionId)
    .orderBy('start_date')
    .orderBy('price_id')
    .execute()
  return lines.map((line) => ({ ...line, quantity: Number(line.quantity) }))
}
