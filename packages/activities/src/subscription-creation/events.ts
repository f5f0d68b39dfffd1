import type { Logger, Metrics } from '@flexprice/observability'

/** What creations tell the operator: one log line and its counters an event. */
export interface SubscriptionCreationEvents {
  created(counts: { readonly created: number; readonly replayed: number; readonly failed: number }): void
  /** An item of a list ends here for a failure that nobody expected; its outcome tells nothing of the cause. */
  itemBroke(item: { readonly batchId: string; readonly position: number; readonly error: unknown }): void
  activated(): void
}

export function createSubscriptionCreationEvents(dependencies: {
  readonly logger: Pick<Logger, 'info' | 'error'>
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
      subscriptions.inc({ outcome: 'replayed' }, counts.replayed)
      subscriptions.inc({ outcome: 'failed' }, counts.failed)
      logger.info(
        { 'event.action': 'subscriptions-created', subscription_creation: counts },
        'Subscriptions were created',
      )
    },
    itemBroke({ batchId, position, error }) {
      logger.error(
        { 'event.action': 'subscription-unmade', batch_id: batchId, position, err: error },
        'An item of a list could not be made',
      )
    },
    activated() {
      subscriptions.inc({ outcome: 'activated' }, 1)
      logger.info({ 'event.action': 'subscription-activated' }, 'A draft was activated')
    },
  }
}
