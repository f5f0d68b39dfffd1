import type { Logger, Metrics } from '@flexprice/observability'

/** What changes tell the operator: one log line and a counter. */
export interface SubscriptionChangeEvents {
  changed(change: {
    readonly kind: string
    readonly subscriptionId: string
    readonly replayed: boolean
  }): void
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
  return {
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
  }
}
