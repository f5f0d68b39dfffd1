import type { BillingRunResponse } from '@flexprice/contracts/billing'
import { type BillingRunRow, countBillingRuns, sumBillingRuns } from '@flexprice/database/billing'
import type { Scoped } from '@flexprice/database/connection'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'

/** Runs with their counts: two questions, however many runs. */
export async function billingRunResponses(
  scoped: Scoped,
  rows: readonly BillingRunRow[],
): Promise<BillingRunResponse[]> {
  const ids = rows.map(({ id }) => id)
  const [counts, totals] = await Promise.all([countBillingRuns(scoped, ids), sumBillingRuns(scoped, ids)])
  return rows.map((row) => {
    const count = counts.get(row.id)
    return {
      id: row.id,
      status: statusOf(row),
      trigger: row.trigger,
      as_of: row.as_of,
      clock_from: row.clock_from ?? undefined,
      subscription_ids: row.subscription_ids ? [...row.subscription_ids] : undefined,
      dry_run: row.dry_run,
      workflow_id: row.workflow_id ?? undefined,
      run_id: row.workflow_run_id ?? undefined,
      due: count?.due ?? 0,
      subscriptions_billed: count?.processed ?? 0,
      subscriptions_failed: count?.failed ?? 0,
      invoices_created: count?.invoicesCreated ?? 0,
      invoices_finalized: count?.invoicesFinalized ?? 0,
      scheduled_changes_failed: count?.schedulesFailed ?? 0,
      totals: (totals.get(row.id) ?? []).map(({ currency, invoices, total }) => ({
        currency,
        invoices,
        // Of many, it has more digits than any of theirs may have.
        total: formatDecimal(readDecimal(total)),
      })),
      created_by: row.created_by,
      created_at: row.created_at,
      finished_at: row.finished_at ?? row.canceled_at ?? undefined,
    }
  })
}

function statusOf(row: BillingRunRow): BillingRunResponse['status'] {
  if (row.finished_at !== null) return 'COMPLETED'
  if (row.canceled_at !== null) return 'CANCELED'
  return row.passes === 0 ? 'PENDING' : 'RUNNING'
}
