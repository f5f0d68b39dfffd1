import type { PriceSyncResult } from '@flexprice/contracts/workflows'
import type { Logger, Metrics } from '@flexprice/observability'

/** What a price sync tells the operator: one log line and its counters an event. */
export interface PriceSyncEvents {
  synced(result: PriceSyncResult): void
}

export function createPriceSyncEvents(dependencies: {
  readonly logger: Pick<Logger, 'info'>
  readonly metrics: Pick<Metrics, 'counter'>
}): PriceSyncEvents {
  const { logger, metrics } = dependencies
  const subscriptions = metrics.counter({
    name: 'price_sync_subscriptions_total',
    help: 'Subscriptions that price syncs have looked at',
  })
  const lines = metrics.counter({
    name: 'price_sync_lines_total',
    help: 'Line items that price syncs have added or ended',
    labels: ['effect'],
  })
  const skips = metrics.counter({
    name: 'price_sync_skips_total',
    help: 'Pairs of subscription and price that price syncs have left as they are, by reason',
    labels: ['reason'],
  })
  return {
    synced(result) {
      subscriptions.inc(result.subscriptions_processed)
      lines.inc({ effect: 'added' }, result.prices_added)
      lines.inc({ effect: 'removed' }, result.prices_removed)
      for (const [reason, count] of Object.entries(result.skipped_by_reason)) skips.inc({ reason }, count)
      logger.info({ 'event.action': 'price-sync-completed', price_sync: result }, 'Prices were synced')
    },
  }
}
