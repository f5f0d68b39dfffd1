import { queryWalletTransaction } from '@flexprice/contracts/operations'
import { searchWalletTransactions } from '@flexprice/database/wallets'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { walletTransactionResponses } from './wallet-transaction-responses.ts'

export function queryWalletTransactionRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryWalletTransaction),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { expand, ...search } = request.body
      const { items, total } = await searchWalletTransactions(scoped, search)
      const transactions = await walletTransactionResponses(scoped, items, expand)
      return reply.send(cursoredList({ items: transactions, total }, request, (one) => one))
    },
  })
}
