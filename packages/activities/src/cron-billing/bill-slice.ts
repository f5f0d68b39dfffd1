import { type BillingPageCounts, type BillingSlice, getBillingRun } from '@flexprice/database/billing'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { getEnvironmentSettings } from '@flexprice/database/tenancy'
import { CodedError, errorCodes, errorKind, isCodedError } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import { type BillPage, billPage, failRow } from './bill-page.ts'
import type { CronBillingDependencies } from './dependencies.ts'

/** Short enough for locks, memory and progress; twice as many cost as much each (measured). */
const rowsPerPageMax = 500
const halvingsMax = 9
const heartbeatMs = 2_000

/**
 * Each page is one transaction that also moves the slice's cursor, so that a killed worker's next attempt goes on
 * behind the last whole page. Settings and clock are read once a page. Stops between pages when it is cancelled, its
 * worker shuts down, or the environment's billing is paused. Heartbeats come from a timer, so that a dead worker is
 * noticed within seconds however long a page takes.
 */
export async function billSlice(
  { scoped, events }: CronBillingDependencies,
  slice: BillingSlice,
): Promise<void> {
  const context = Context.current()
  const handle = scoped()
  const run = await getBillingRun(handle, slice.runId)
  // Half as much at each further attempt: a page may have been too slow for its time limit.
  const rowsMax = Math.max(
    1,
    Math.floor(rowsPerPageMax / 2 ** Math.min(context.info.attempt - 1, halvingsMax)),
  )
  const timer = setInterval(() => context.heartbeat(), heartbeatMs)
  try {
    let rows = rowsMax
    for (;;) {
      context.cancellationSignal.throwIfAborted()
      const settings = await getEnvironmentSettings(handle)
      if (settings.billing_paused) return
      const now = await readNow(handle)
      const page = await billOrFail(handle, { run, slice, rowsMax: rows, settings, now })
      if (page === undefined) return
      rows = page === 'too-much' ? Math.ceil(rows / 2) : Math.min(rowsMax, rows * 2)
      if (page !== 'too-much') events.paged(page)
    }
  } finally {
    clearInterval(timer)
  }
}

/**
 * What no retry of the whole page can heal concerns one of its rows: fewer rows find it, and it fails alone. What can
 * heal (the database is gone) is thrown, and tried again from here.
 */
async function billOrFail(
  handle: Scoped,
  bill: BillPage,
): Promise<BillingPageCounts | 'too-much' | undefined> {
  try {
    return await inTransaction(handle, (transaction) => billPage(transaction, bill))
  } catch (error) {
    if (canHeal(error)) throw error
    if (bill.rowsMax > 1) return 'too-much'
    const failure = isCodedError(error)
      ? error
      : new CodedError('internal_error', errorCodes.internal_error.title)
    return await inTransaction(handle, (transaction) => failRow(transaction, bill, failure))
  }
}

function canHeal(error: unknown): boolean {
  if (!isCodedError(error)) return false
  const kind = errorKind(error.code)
  return kind === 'unavailable' || kind === 'rate_limited'
}
