/** The sums of an invoice and what must always be true of them (billing rules, section 1). */
export {
  assertInvoice,
  type InvoiceAdjustments,
  type InvoiceAmounts,
  type InvoiceLineAmount,
  invoiceAmounts,
  whatRemains,
} from './invoice.ts'
export { type LoweredDue, lowerDue, type OpenInvoice } from './lower-due.ts'
export { type OneOffTerms, validateOneOff } from './one-off.ts'
export {
  type Adjustments,
  type AppliedAmount,
  type Discount,
  type LineDiscount,
  type LineShare,
  type SettledLine,
  type Settlement,
  settleInvoice,
  type Tax,
} from './settle-invoice.ts'
