import type { CalculationResult, SyncPreviewResult } from '@flexprice/contracts/workflows'
import type { NewCalculationItem } from '@flexprice/database/calculations'
import type { Logger, Metrics } from '@flexprice/observability'

/** What calculations tell the operator: one log line and its counters an event. */
export interface CalculateChargesEvents {
  calculated(items: readonly NewCalculationItem[]): void
  completed(result: CalculationResult): void
  closed(status: string): void
  previewed(result: SyncPreviewResult): void
}

export function createCalculateChargesEvents(dependencies: {
  readonly logger: Pick<Logger, 'info' | 'error'>
  readonly metrics: Pick<Metrics, 'counter'>
}): CalculateChargesEvents {
  const { logger, metrics } = dependencies
  const subscriptions = metrics.counter({
    name: 'calculate_charges_subscriptions_total',
    help: 'Subscriptions that calculations have rated or failed to rate',
    labels: ['outcome'],
  })
  const invoices = metrics.counter({
    name: 'calculate_charges_invoices_closed_total',
    help: 'Drafts that were finalized, or skipped as there was nothing to bill',
    labels: ['status'],
  })
  const previews = metrics.counter({
    name: 'calculate_charges_sync_previews_total',
    help: 'Previews of price changes that were made',
  })
  return {
    previewed({ totals, ...counts }) {
      previews.inc()
      logger.info(
        { 'event.action': 'sync-previewed', sync_preview: { ...counts, totals } },
        'A price change was previewed',
      )
    },
    calculated(items) {
      const failed = items.filter(({ error }) => error !== null)
      subscriptions.inc({ outcome: 'rated' }, items.length - failed.length)
      subscriptions.inc({ outcome: 'failed' }, failed.length)
      const unexpected = failed.filter(({ error }) => error?.code === 'internal_error')
      if (unexpected.length === 0) return
      const ids = unexpected.map(({ subscription_id }) => subscription_id)
      logger.error(
        { 'event.action': 'subscriptions-unrated', subscription_ids: ids },
        'Subscriptions could not be rated',
      )
    },
    completed(result) {
      const { totals, ...counts } = result
      logger.info(
        { 'event.action': 'calculation-completed', calculation: { ...counts, totals } },
        'Charges were calculated',
      )
    },
    closed(status) {
      invoices.inc({ status })
      logger.info({ 'event.action': 'invoice-closed', 'invoice.status': status }, 'A draft was closed')
    },
  }
}
