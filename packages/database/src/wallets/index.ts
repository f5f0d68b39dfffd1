/** Wallets of prepaid credits: a ledger of what came in, what it paid, and what came back (billing rules, section 11). */

export { finishTopUps, holdDueTopUps } from './auto-topup.ts'
export { type AskedAutoTopUp, autoTopUpTerms, noAutoTopUp, refreshTopUpDue } from './auto-topup-terms.ts'
export { type BookedCredit, bookCredits, type NewCredit } from './book-credits.ts'
export { ensureWallets, type WalletWanted } from './ensure-wallets.ts'
export { expireCredits } from './expire-credits.ts'
export { type CreditReturn, giveBackCredits, type WalletRefund } from './give-back.ts'
export type { BookingKey, CreditTerms } from './ledger.ts'
export { payInvoices, previewPayments, spendCredits } from './pay-invoices.ts'
export { completePendingCredits, failPendingCredits } from './pending-credits.ts'
export { returnInvoiceCredits, returnPaymentCredits } from './return-credits.ts'
export { terminateWallet } from './terminate-wallet.ts'
export {
  type Consumption,
  getWalletTransaction,
  listConsumptions,
  searchWalletTransactions,
  type WalletTransactionRow,
  type WalletTransactionSearch,
} from './wallet-transactions.ts'
export {
  type CreditSplit,
  getWallet,
  insertWallet,
  listCustomerWallets,
  type NewWallet,
  searchWallets,
  splitCredits,
  updateWallet,
  type WalletChanges,
  type WalletRow,
} from './wallets.ts'
