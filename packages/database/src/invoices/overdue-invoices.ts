import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * The one rule of what is overdue, as an expression of SQL over the columns of `invoices`: it is final, something of it
 * is to be paid, and it was due before now. Never null, so that it can be denied.
 */
export function isOverdue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`(invoice_status = 'FINALIZED' and amount_remaining > 0 and due_date is not null and due_date < ${now})`
}

/** The ids of those of the invoices that are overdue. */
export async function listOverdue(
  { db, scope }: Scoped,
  invoiceIds: readonly string[],
  now: Date,
): Promise<ReadonlySet<string>> {
  if (invoiceIds.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from invoices
    where environment_id = ${scope.environmentId} and id = any (${invoiceIds}::text[]) and ${isOverdue(now)}`.execute(
    db,
  )
  return new Set(rows.map(({ id }) => id))
}
