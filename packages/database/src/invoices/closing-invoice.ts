import type { NewInvoice } from './invoice-writes.ts'
import type { InvoiceRow } from './invoices.ts'

/** A draft that is closed, with the sums that it has by now. */
export interface ClosingInvoice
  extends Pick<
    InvoiceRow,
    | 'id'
    | 'invoice_type'
    | 'billing_reason'
    | 'customer_id'
    | 'subscription_id'
    | 'currency'
    | 'period_end'
    | 'subtotal'
    | 'amount_due'
  > {
  readonly dueDate: Date | null
  /** What its rating saw of the events, a `pg_snapshot`: the rest is late from here on. Null without usage. */
  readonly seenBy: string | null
  /** Where it is not written as yet: it is written closed, which is half the work of a draft and its change. */
  readonly unwritten?: NewInvoice | undefined
}
