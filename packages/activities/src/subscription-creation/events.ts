import type { Logger, Metrics } from '@flexprice/observability'

/** What creations tell the operator: one log line and its counters an event. */
export interface SubscriptionCreationEvents {
  created(counts: { readonly created: number; readonly failed: number }): void
  activated(): void
}

export function createSubscriptionCreationEvents(dependencies: {
  readonly logger: Pick<Logger, 'info'>
  readonly metrics: Pick<Metrics, 'counter'>
}): SubscriptionCreationEvents {
  const { logger, metrics } = dependencies
  const subscriptions = metrics.counter({
    name: 'subscription_creations_total',
    help: 'Subscriptions that were asked for, by what became of it',
    labels: ['outcome'],
  })
  return {
    created(counts) {
      subscriptions.inc({ outcome: 'created' }, counts.created)
      subscriptions.inc({ outcome: 'failed' }, counts.failed)
      logger.info(
        { 'event.action': 'subscriptions-created', subscription_creation: counts },
        'Subscriptions were created',
      )
    },
    activated() {
      subscriptions.inc({ outcome: 'activated' }, 1)
      logger.info({ 'event.action': 'subscription-activated' }, 'A draft was activated')
    },
  }
}
