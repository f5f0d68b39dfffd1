import { queryWallet } from '@flexprice/contracts/operations'
import { searchWallets } from '@flexprice/database/wallets'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { walletResponses } from './wallet-response.ts'

export function queryWalletRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryWallet),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { status: wallet_status, ...search } = request.body
      const { items, total } = await searchWallets(scoped, { ...search, wallet_status })
      const wallets = await walletResponses(scoped, items)
      return reply.send(cursoredList({ items: wallets, total }, request, (one) => one))
    },
  })
}
