import { getWalletBalance } from '@flexprice/contracts/operations'
import { getWallet } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { readOwed, realTimeBalance } from './real-time-balance.ts'
import { walletResponses } from './wallet-response.ts'

export function getWalletBalanceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getWalletBalance),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('wallet', request.params.id)
      const row = await getWallet(scoped, request.params.id)
      const owed = await readOwed(scoped, row.customer_id)
      const [wallet] = await walletResponses(scoped, [row])
      assert(wallet, 'a row has its answer')
      return reply.send({
        ...wallet,
        ...realTimeBalance(row, owed.get(row.currency)),
        balance_updated_at: row.updated_at,
        is_cached_fallback: false,
      })
    },
  })
}
