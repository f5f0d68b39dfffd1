import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** What is to be paid of a customer's invoices in one currency: in all, and at most of lines of one type. Decimal strings. */
export interface OpenInvoices {
  readonly currency: string
  readonly all: string
  readonly fixed: string
  readonly usage: string
}

/** By currency, of drafts and of final invoices: what is left of them is owed, or will be; of none that buys credits. */
export async function sumOpenInvoices({ db, scope }: Scoped, customerId: string): Promise<OpenInvoices[]> {
  const ofType = (type: string) => sql`
    coalesce(sum(least(open.amount_remaining, (select coalesce(sum(amount - line_item_discount - invoice_level_discount
      - prepaid_credits_applied), 0) from invoice_line_items where invoice_id = open.id and price_type = ${type}))), 0)`
  const { rows } = await sql<OpenInvoices>`
    select currency, sum(amount_remaining) as all, ${ofType('FIXED')} as fixed, ${ofType('USAGE')} as usage
    from (
      select id, currency, amount_remaining from invoices
      where environment_id = ${scope.environmentId} and customer_id = ${customerId}
        and invoice_type <> 'CREDIT' and invoice_status in ('DRAFT', 'FINALIZED') and status <> 'deleted' and amount_remaining > 0
      offset 0
    ) open group by currency`.execute(db)
  return rows
}
