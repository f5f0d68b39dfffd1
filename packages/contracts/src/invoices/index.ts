/** Invoices with their lines. */
export { type InvoiceFilter, type InvoiceResponse, invoiceResponse } from './invoice.ts'
export type { InvoiceLineItemResponse } from './invoice-line-item.ts'
