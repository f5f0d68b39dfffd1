import type { Dependencies } from '../dependencies.ts'
import type { Api } from '../route.ts'
import { createWalletRoute } from './create-wallet.ts'
import { getCustomerWalletsRoute } from './get-customer-wallets.ts'
import { getWalletRoute } from './get-wallet.ts'
import { getWalletBalanceRoute } from './get-wallet-balance.ts'
import { getWalletTransactionsRoute } from './get-wallet-transactions.ts'
import { getWalletsByCustomerIdRoute } from './get-wallets-by-customer-id.ts'
import { queryWalletRoute } from './query-wallet.ts'
import { queryWalletTransactionRoute } from './query-wallet-transaction.ts'
import { terminateWalletRoute } from './terminate-wallet.ts'
import { topUpWalletRoute } from './top-up-wallet.ts'
import { updateWalletRoute } from './update-wallet.ts'

/** Every operation on wallets. */
export const walletRoutes: ReadonlyArray<(api: Api, deps: Dependencies) => void> = [
  createWalletRoute,
  getCustomerWalletsRoute,
  getWalletRoute,
  getWalletBalanceRoute,
  getWalletTransactionsRoute,
  getWalletsByCustomerIdRoute,
  queryWalletRoute,
  queryWalletTransactionRoute,
  terminateWalletRoute,
  topUpWalletRoute,
  updateWalletRoute,
]
