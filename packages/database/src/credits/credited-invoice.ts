import type { InvoiceRow } from '../invoices/invoices.ts'

/** An invoice as credits find it. */
export type CreditedInvoice = Pick<
  InvoiceRow,
  | 'id'
  | 'subscription_id'
  | 'customer_id'
  | 'currency'
  | 'invoice_type'
  | 'invoice_status'
  | 'amount_remaining'
  | 'total'
  | 'refunded_amount'
>
