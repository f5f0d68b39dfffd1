import type { CronBillingRun } from '@flexprice/contracts/workflows'
import type { BillingPageCounts } from '@flexprice/database/billing'
import type { Logger, Metrics } from '@flexprice/observability'

/** What billing tells the operator: one log line and its counters an event. */
export interface CronBillingEvents {
  /** @param overdueMs how long ago the oldest work of all environments fell due, 0 when nothing is due */
  ticked(environments: number, overdueMs: number): void
  paged(page: BillingPageCounts): void
  completed(result: CronBillingRun): void
}

export function createCronBillingEvents(dependencies: {
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly metrics: Pick<Metrics, 'counter' | 'gauge'>
}): CronBillingEvents {
  const { logger, metrics } = dependencies
  const subscriptions = metrics.counter({
    name: 'cron_billing_subscriptions_total',
    help: 'Periods and drafts that billing has worked on',
    labels: ['outcome'],
  })
  const invoices = metrics.counter({
    name: 'cron_billing_invoices_total',
    help: 'Invoices that billing has made and closed',
    labels: ['effect'],
  })
  const amounts = metrics.counter({
    name: 'cron_billing_amount_total',
    help: 'Totals of the invoices that billing has made, in whole currency units',
    labels: ['currency'],
  })
  const schedules = metrics.counter({
    name: 'cron_billing_scheduled_changes_failed_total',
    help: 'Changes that waited for a boundary and can never be made: it was billed without them',
  })
  const environments = metrics.counter({
    name: 'cron_billing_environments_started_total',
    help: "Environments that the schedule's ticks have found due work in",
  })
  const overdue = metrics.gauge({
    name: 'cron_billing_overdue_seconds',
    help: 'How long ago the oldest work that is due fell due, when the schedule last looked; not what waits for a retry',
  })
  return {
    ticked(count, overdueMs) {
      environments.inc(count)
      overdue.set(overdueMs / 1_000)
    },
    paged({ processed, failed, invoicesCreated, invoicesFinalized, schedulesFailed, totals }) {
      subscriptions.inc({ outcome: 'billed' }, processed)
      subscriptions.inc({ outcome: 'failed' }, failed)
      invoices.inc({ effect: 'created' }, invoicesCreated)
      invoices.inc({ effect: 'finalized' }, invoicesFinalized)
      // A counter is a float: for the eye, never for the books.
      for (const { currency, total } of totals) amounts.inc({ currency }, Number(total))
      schedules.inc(schedulesFailed)
      warn(logger, { failed, schedulesFailed })
    },
    completed(result) {
      const { totals, ...counts } = result
      logger.info(
        { 'event.action': 'billing-completed', billing: { ...counts, totals } },
        'A billing run has ended',
      )
    },
  }
}

function warn(
  logger: Pick<Logger, 'warn'>,
  { failed, schedulesFailed }: Pick<BillingPageCounts, 'failed' | 'schedulesFailed'>,
): void {
  if (schedulesFailed > 0) {
    logger.warn(
      { 'event.action': 'scheduled-change-failed', billing: { scheduled_changes_failed: schedulesFailed } },
      'Scheduled changes can never be made: their periods were billed without them',
    )
  }
  if (failed > 0) {
    logger.warn(
      { 'event.action': 'billing-failed', billing: { failed } },
      'Subscriptions could not be billed, and are tried again',
    )
  }
}
