/** Credit notes: what is taken back of finalized invoices, what it lowers and what it gives back. */
export { type AskedCreditNote, createCreditNote } from './create-credit-note.ts'
export {
  type CreditNoteLineItemRow,
  type CreditNoteRow,
  getCreditNote,
  listCreditNoteLineItems,
  listCreditNotesOf,
} from './credit-notes.ts'
export { finalizeCreditNote } from './finalize-credit-note.ts'
export { readEffects } from './note-effects.ts'
export { getRefund, type RefundRow, type RefundSearch, searchRefunds } from './refunds.ts'
export { voidCreditNote } from './void-credit-note.ts'
