/** What credit notes take back of an invoice, and where it goes (billing rules, section 12). */
export { type NoteShare, netOf } from './note-share.ts'
export {
  type CreditTarget,
  type NotRefundable,
  type OwedCredit,
  type PaidInvoice,
  type PlannedCredit,
  planCredits,
  type ReturnedMoney,
} from './plan-credits.ts'
export {
  type AskedNoteLine,
  type BilledInvoice,
  type BilledLine,
  type PlannedNote,
  type PlannedNoteLine,
  planNote,
} from './plan-note.ts'
export { type NoteReason, type RefundReason, refundReasonOf } from './refund-reason.ts'
