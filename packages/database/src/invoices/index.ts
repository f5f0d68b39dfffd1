/** Invoices with their lines, numbers, states and history. */
export { activateSubscriptions } from './activate-subscriptions.ts'
export { billLine } from './apply-credits.ts'
export type { BilledBy, InvoiceIdentity } from './billed-lines.ts'
export { buyCredits, type CreditPurchase } from './buy-credits.ts'
export type { ClosingInvoice } from './closing-invoice.ts'
export { type DraftOutcome, refreshDrafts, replaceDrafts, writeDrafts } from './draft-invoices.ts'
export { type ClosedStatus, finalizeInvoices } from './finalize-invoices.ts'
export { type InvoiceAdjustmentRow, listInvoiceAdjustments } from './invoice-adjustments.ts'
export { type InvoiceChanges, updateInvoice } from './invoice-changes.ts'
export { type InvoiceHistoryRow, listInvoiceHistory } from './invoice-history.ts'
export {
  keepReplacement,
  lockInvoice,
  lockInvoices,
  lockSubscriptionOf,
  takeUsageSnapshot,
  usageSnapshot,
  voidInvoice,
} from './invoice-states.ts'
export { type InvoiceSummary, summarizeInvoices } from './invoice-summary.ts'
export { insertInvoices, type NewInvoice } from './invoice-writes.ts'
export {
  getInvoice,
  type InvoiceLineItemRow,
  type InvoiceRow,
  type InvoiceSearch,
  listInvoiceLineItems,
  listLatestInvoices,
  readInvoicesWithLines,
  searchInvoices,
} from './invoices.ts'
export { keepLateLooks } from './late-looks.ts'
export { isEarlyClosing, noteEarlyClosings, noteVoidedCredits, tidyLateNotices } from './late-notices.ts'
export { closeOneOff, createOneOff, type NewOneOff, type OneOffLine } from './one-off-invoices.ts'
export { type OpenInvoices, sumOpenInvoices } from './open-invoices.ts'
export { listOverdue } from './overdue-invoices.ts'
