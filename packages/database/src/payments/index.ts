/** What was paid on invoices, and what it makes of them. */
export { payableByCredits } from './credit-payments.ts'
export { listOverdrawn } from './overdrawn-invoices.ts'
export {
  deletePayment,
  findPaymentByKey,
  getPayment,
  insertPayment,
  invoiceNumbersOf,
  type NewPayment,
  type PaymentRow,
  type PaymentSearch,
  searchPayments,
  updatePaymentMetadata,
} from './payments.ts'
export { lockPayableInvoice, lockPayment, movePayment, refuseUnpayable } from './settle-payments.ts'
