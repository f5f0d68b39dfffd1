import type { CronBillingRun } from '@flexprice/contracts/workflows'
import { countBillingRuns, endBillingRun, sumBillingRuns } from '@flexprice/database/billing'
import { readNow } from '@flexprice/database/connection'
import { tidyLateNotices } from '@flexprice/database/invoices'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import type { CronBillingDependencies } from './dependencies.ts'

/** Closes a run, done or canceled in the middle, and tells what it did. */
export async function completeBillingRun(
  { scoped, events }: CronBillingDependencies,
  { runId, canceled }: { runId: string; canceled: boolean },
): Promise<CronBillingRun> {
  const handle = scoped()
  const now = await readNow(handle)
  await endBillingRun(handle, { id: runId, canceled, now })
  await tidyLateNotices(handle, now)
  const counts = (await countBillingRuns(handle, [runId])).get(runId)
  const totals = (await sumBillingRuns(handle, [runId])).get(runId) ?? []
  const result = {
    billing_run_id: runId,
    subscriptions_billed: counts?.processed ?? 0,
    subscriptions_failed: counts?.failed ?? 0,
    invoices_created: counts?.invoicesCreated ?? 0,
    invoices_finalized: counts?.invoicesFinalized ?? 0,
    scheduled_changes_failed: counts?.schedulesFailed ?? 0,
    totals: totals.map(({ currency, invoices, total }) => ({
      currency,
      invoices,
      total: formatDecimal(readDecimal(total)),
    })),
  }
  events.completed(result)
  return result
}
