/** Payments of invoices. */
export type { PaymentResponse } from './payment.ts'
