import { type BulkChangeSlice, getBulkChange } from '@flexprice/database/changes'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { CodedError, errorCodes, errorKind, isCodedError } from '@flexprice/domain'
import { whileHeartbeating } from '../cron-billing/while-heartbeating.ts'
import type { SubscriptionChangeDependencies } from './dependencies.ts'
import { executeBulkPage, leaveOutNext } from './execute-bulk-page.ts'
import { type BulkPage, type BulkPageCounts, previewBulkPage } from './preview-bulk-page.ts'

/** Short enough for locks, memory and progress. */
const rowsPerPageMax = 500
const halvingsMax = 9

/**
 * Works through a slice of a preview or of its execution, page by page, from its cursor. Each page is one transaction that
 * also moves the cursor, so that a killed worker's next attempt goes on behind the last whole page. Stops between two pages
 * when it is cancelled or its worker shuts down: what is changed by then is whole.
 */
export function changeBulkSlice(
  { scoped, events }: SubscriptionChangeDependencies,
  slice: BulkChangeSlice,
): Promise<void> {
  const handle = scoped()
  return whileHeartbeating(async ({ info: { attempt }, cancellationSignal }) => {
    const bulk = await getBulkChange(handle, slice.bulkChangeId)
    // Half as many at each further attempt: a page may have been too slow for its time limit.
    const rowsMax = Math.max(1, Math.floor(rowsPerPageMax / 2 ** Math.min(attempt - 1, halvingsMax)))
    for (let rows = rowsMax; ; ) {
      cancellationSignal.throwIfAborted()
      const page = await workOn(handle, { bulk, slice, rowsMax: rows, now: await readNow(handle) })
      if (page === undefined) return
      if (page === 'too-much') {
        rows = Math.ceil(rows / 2)
        continue
      }
      rows = Math.min(rowsMax, rows * 2)
      if (slice.phase === 'execution') events.bulkPaged(page)
    }
  })
}

/**
 * What no retry of the whole page can heal concerns one of its subscriptions: fewer find it, and it is left out alone. What
 * can heal (the database is gone) is thrown, and tried again from here. A preview writes nothing of them that could fail.
 */
async function workOn(handle: Scoped, page: BulkPage): Promise<BulkPageCounts | 'too-much' | undefined> {
  if (page.slice.phase === 'preview') {
    return await inTransaction(handle, (transaction) => previewBulkPage(transaction, page))
  }
  try {
    return await inTransaction(handle, (transaction) => executeBulkPage(transaction, page))
  } catch (error) {
    if (canHeal(error)) throw error
    if (page.rowsMax > 1) return 'too-much'
    const failure = isCodedError(error)
      ? error
      : new CodedError('internal_error', errorCodes.internal_error.title)
    return await inTransaction(handle, (transaction) => leaveOutNext(transaction, page, failure))
  }
}

function canHeal(error: unknown): boolean {
  if (!isCodedError(error)) return false
  const kind = errorKind(error.code)
  return kind === 'unavailable' || kind === 'rate_limited'
}
