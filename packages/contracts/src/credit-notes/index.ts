/** Credit notes and refunds. */
export type { CreateCreditNoteRequest, CreditNoteResponse } from './credit-note.ts'
export type { RefundResponse } from './refund.ts'
