/** Invoices with their lines. */
export { type InvoiceFilter, type InvoiceResponse, invoiceResponse } from './invoice.ts'
export type { CreateInvoiceRequest } from './invoice-create.ts'
export type { InvoiceLineItemResponse } from './invoice-line-item.ts'
