import type { BillingPageCounts, BillingRunRow, BillingSlice } from '@flexprice/database/billing'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { getEnvironmentSettings } from '@flexprice/database/tenancy'
import { CodedError, errorCodes, errorKind, isCodedError } from '@flexprice/domain'
import { type BillPage, billPage, failRow } from './bill-page.ts'
import type { CronBillingDependencies } from './dependencies.ts'

/** Short enough for locks, memory and progress; twice as many cost as much each (measured). */
const rowsPerPageMax = 500
const halvingsMax = 9

/**
 * Works through a slice, page by page, from its cursor to its end. Each page is one transaction that also moves the
 * cursor; settings and clock are read once a page. Stops between two pages when it is told to, or when the
 * environment's billing is paused.
 *
 * @param work.attempt half as many rows a page at each further one: a page may have been too slow for its time limit
 * @returns how much of what was due is done, or has failed
 */
export async function billPages(
  handle: Scoped,
  work: { run: BillingRunRow; slice: BillingSlice; attempt: number; signal: AbortSignal },
  { paged }: Pick<CronBillingDependencies['events'], 'paged'>,
): Promise<number> {
  const { run, slice, attempt, signal } = work
  const rowsMax = Math.max(1, Math.floor(rowsPerPageMax / 2 ** Math.min(attempt - 1, halvingsMax)))
  let done = 0
  for (let rows = rowsMax; ; ) {
    signal.throwIfAborted()
    const settings = await getEnvironmentSettings(handle)
    if (settings.billing_paused) return done
    const now = await readNow(handle)
    const page = await billOrFail(handle, { run, slice, rowsMax: rows, settings, now })
    if (page === undefined) return done
    if (page === 'too-much') {
      rows = Math.ceil(rows / 2)
      continue
    }
    rows = Math.min(rowsMax, rows * 2)
    done += page.processed + page.failed + page.invoicesFinalized
    paged(page)
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
