import type { BulkChangeResult } from '@flexprice/contracts/workflows'
import type { Logger, Metrics } from '@flexprice/observability'

/** What changes tell the operator: a log line of each, or of many together, and a counter. */
export interface SubscriptionChangeEvents {
  changed(change: {
    readonly kind: string
    readonly subscriptionId: string
    readonly replayed: boolean
  }): void
  /** What waited for boundaries that were billed for a change, and can never be made. */
  schedulesFailed(count: number): void
  /** A page of many changes. */
  bulkPaged(page: { readonly processed: number; readonly leftOut: number }): void
  bulkDone(done: BulkChangeResult & { readonly phase: 'preview' | 'execution' }): void
}

export function createSubscriptionChangeEvents(dependencies: {
  readonly logger: Pick<Logger, 'info'>
  readonly metrics: Pick<Metrics, 'counter'>
}): SubscriptionChangeEvents {
  const { logger, metrics } = dependencies
  const changes = metrics.counter({
    name: 'subscription_changes_total',
    help: 'Changes of subscriptions that were made, by their kind',
    labels: ['kind', 'outcome'],
  })
  const schedules = metrics.counter({
    name: 'subscription_changes_scheduled_failed_total',
    help: 'Changes that waited for a boundary which another change has billed, and can never be made',
  })
  return {
    schedulesFailed(count) {
      if (count === 0) return
      schedules.inc(count)
      logger.info(
        {
          'event.action': 'scheduled-change-failed',
          subscription_change: { scheduled_changes_failed: count },
        },
        'Scheduled changes can never be made: their periods were billed without them',
      )
    },
    changed({ kind, subscriptionId, replayed }) {
      changes.inc({ kind, outcome: replayed ? 'replayed' : 'made' }, 1)
      logger.info(
        {
          'event.action': 'subscription-changed',
          subscription_id: subscriptionId,
          subscription_change: { kind, replayed },
        },
        'A subscription was changed',
      )
    },
    bulkPaged({ processed, leftOut }) {
      changes.inc({ kind: 'plan_change', outcome: 'made' }, processed - leftOut)
      changes.inc({ kind: 'plan_change', outcome: 'left_out' }, leftOut)
    },
    bulkDone({ phase, bulk_change_id, subscriptions, left_out, left_out_by_code }) {
      logger.info(
        {
          'event.action': phase === 'preview' ? 'bulk-change-previewed' : 'bulk-change-executed',
          bulk_change: { id: bulk_change_id, subscriptions, left_out, left_out_by_code },
        },
        phase === 'preview' ? 'Many changes were previewed' : 'Many subscriptions were changed',
      )
    },
  }
}
