import type { Selectable } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { InvoiceHistoryTable } from '../tables/invoice-tables.ts'

export type InvoiceHistoryRow = Selectable<InvoiceHistoryTable>

/** Every change of an invoice's states from its beginning on, oldest first. */
export function listInvoiceHistory({ db, scope }: Scoped, invoiceId: string): Promise<InvoiceHistoryRow[]> {
  return db
    .selectFrom('invoice_history')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('invoice_id', '=', invoiceId)
    .orderBy('id')
    .execute()
}
