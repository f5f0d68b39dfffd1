import { getWalletTransactions } from '@flexprice/contracts/operations'
import { getWallet, searchWalletTransactions } from '@flexprice/database/wallets'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { walletTransactionResponses } from './wallet-transaction-responses.ts'

export function getWalletTransactionsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getWalletTransactions),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('wallet', request.params.id)
      const { id: wallet_id } = await getWallet(scoped, request.params.id)
      const { expand, ...search } = request.query
      const { items, total } = await searchWalletTransactions(scoped, { ...search, wallet_id })
      const transactions = await walletTransactionResponses(scoped, items, expand)
      return reply.send(listResponse({ items: transactions, total }, search, (one) => one))
    },
  })
}
