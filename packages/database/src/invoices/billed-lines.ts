import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { InvoiceTable } from '../tables/invoice-tables.ts'

/** Which invoice of its subscription one is (billing rules, section 5). */
export type InvoiceIdentity = Pick<Selectable<InvoiceTable>, 'billing_reason' | 'period_start' | 'period_end'>

/** An invoice that bills a line, be it a draft, and until when. Made anew, it keeps the line; no other may have it, too. */
export interface BilledBy extends InvoiceIdentity {
  readonly until: Date
}

/** The invoices that the lines are on already, by the line. */
export async function readBilledLines(
  scoped: Scoped,
  lineIds: readonly string[],
): Promise<ReadonlyMap<string, readonly BilledBy[]>> {
  if (lineIds.length === 0) return new Map()
  const { rows } = await sql<BilledBy & { line_id: string }>`
    select l.subscription_line_item_id as line_id, i.billing_reason, i.period_start, i.period_end,
      max(l.period_end) as until
    from invoice_line_items l
    join invoices i on i.environment_id = l.environment_id and i.id = l.invoice_id
    where l.subscription_line_item_id = any (${lineIds}::text[]) and not l.is_credit and not l.is_voided
    group by 1, 2, 3, 4`.execute(scoped.db)
  return Map.groupBy(rows, ({ line_id }) => line_id)
}
