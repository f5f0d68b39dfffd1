import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { isOverdue } from './overdue-invoices.ts'

/** What a customer was billed in one currency and has not paid. Amounts are decimal strings. */
export interface InvoiceSummary {
  readonly currency: string
  readonly invoiceCount: number
  readonly unpaidCount: number
  readonly overdueCount: number
  readonly revenue: string
  readonly unpaid: string
  readonly overdue: string
  /** Of the unpaid invoices' lines, after discounts and prepaid credits; payments are not shared out over lines. */
  readonly unpaidFixed: string
  readonly unpaidUsage: string
}

/**
 * A customer's finalized invoices by currency: drafts are not owed yet, voided and skipped ones never.
 * Unpaid is what has an amount remaining, overdue what `isOverdue` says. The currency of the newest
 * invoice comes first.
 */
export async function summarizeInvoices(
  scoped: Scoped,
  { customerId, now }: { customerId: string; now: Date },
): Promise<InvoiceSummary[]> {
  const { rows } = await sql<InvoiceSummary>`
    with owed as materialized (
      select id, currency, total, amount_remaining, ${isOverdue(now)} as is_overdue from invoices
      where customer_id = ${customerId} and invoice_status = 'FINALIZED' and status = 'published'
    ),
    charged as (
      select owed.currency, line.price_type,
        sum(line.amount - line.line_item_discount - line.invoice_level_discount
          - line.prepaid_credits_applied) as amount
      from owed join invoice_line_items line on line.invoice_id = owed.id
      where owed.amount_remaining > 0 group by owed.currency, line.price_type
    )
    select currency, count(*) as "invoiceCount",
      count(*) filter (where amount_remaining > 0) as "unpaidCount",
      count(*) filter (where is_overdue) as "overdueCount",
      sum(total) as revenue, sum(amount_remaining) as unpaid,
      coalesce(sum(amount_remaining) filter (where is_overdue), 0) as overdue,
      coalesce((select sum(amount) from charged
        where charged.currency = owed.currency and price_type is distinct from 'USAGE'), 0) as "unpaidFixed",
      coalesce((select sum(amount) from charged
        where charged.currency = owed.currency and price_type = 'USAGE'), 0) as "unpaidUsage"
    from owed group by currency order by max(id) desc`.execute(scoped.db)
  return rows
}
