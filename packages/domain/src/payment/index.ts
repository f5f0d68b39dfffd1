/** What payments make of an invoice, and what may become of them (billing rules, section 12). */
export { mayBecome, type PaymentState } from './payment-changes.ts'
export { notPayable, paidStatus } from './payment-status.ts'
