import type { CronBillingTick } from '@flexprice/contracts/workflows'
import { assert } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import { billingUserId, type CronBillingDependencies } from './dependencies.ts'

const environmentsPerPageMax = 500

/**
 * Starts the billing of each environment that has due work, on its own behalf; one that runs already looks again
 * before it ends. Of no tenant itself: it learns ids alone, in one statement a page. Safe to repeat.
 */
export async function startDueBilling({
  listDueEnvironments,
  startBilling,
  events,
}: CronBillingDependencies): Promise<CronBillingTick> {
  const { workflowExecution: tick } = Context.current().info
  assert(tick, 'a tick is a workflow')
  let started = 0
  let overdueMs = 0
  let afterId = ''
  for (;;) {
    const page = await listDueEnvironments({ afterId, environmentsMax: environmentsPerPageMax })
    for (const { tenantId, environmentId, overdueMs: since } of page) {
      overdueMs = Math.max(overdueMs, since)
      await startBilling({ tenantId, environmentId, userId: billingUserId, requestId: tick.workflowId })
    }
    started += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < environmentsPerPageMax) break
    afterId = last.environmentId
  }
  events.ticked(started, overdueMs)
  return { environments_started: started }
}
