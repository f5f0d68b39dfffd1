/** What customers are owed of what was billed, and the one way in which it goes back (billing rules, section 6). */
export { type BilledLineRow, readBilledLines, readInvoiceLines } from './billed-lines.ts'
export {
  applyLateCredits,
  insertLateCredits,
  type NewLateCredit,
  previewLateCredits,
} from './late-credits.ts'
export { creditLines, lineCredits, type NewLineCredit, owedLineCredit } from './line-credits.ts'
export type { OwedCredit, SettledCredit } from './owed-credits.ts'
export { listPaidByCredits, type PaidByCredits } from './paid-by-credits.ts'
export { previewCredits, settleCredits } from './settle-credits.ts'
