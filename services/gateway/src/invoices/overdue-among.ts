import { readNow, type Scoped } from '@flexprice/database/connection'
import { type InvoiceRow, listOverdue } from '@flexprice/database/invoices'

/**
 * The ids of those of the invoices that are overdue. What has no due date is not asked about, so that an answer that
 * has an invoice beside other things mostly costs no statement more.
 *
 * @param now the environment's, where the request has read it
 */
export async function overdueAmong(
  scoped: Scoped,
  rows: readonly InvoiceRow[],
  now?: Date,
): Promise<ReadonlySet<string>> {
  const ids = rows.filter(({ due_date }) => due_date !== null).map(({ id }) => id)
  return ids.length === 0 ? new Set() : listOverdue(scoped, ids, now ?? (await readNow(scoped)))
}
