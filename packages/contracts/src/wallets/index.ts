/** Wallets of prepaid credits, and the transactions of their ledgers. */
export type { AutoTopUp, CreateWalletRequest, UpdateWalletRequest, WalletResponse } from './wallet.ts'
export type { TopUpWalletRequest } from './wallet-top-up.ts'
export { type WalletTransactionResponse, walletTransactionResponse } from './wallet-transaction.ts'
