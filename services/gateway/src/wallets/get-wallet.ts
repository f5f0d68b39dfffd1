import { getWallet } from '@flexprice/contracts/operations'
import { getWallet as findWallet } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { walletResponses } from './wallet-response.ts'

export function getWalletRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getWallet),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('wallet', request.params.id)
      const [wallet] = await walletResponses(scoped, [await findWallet(scoped, request.params.id)])
      assert(wallet, 'a row has its answer')
      return reply.send(wallet)
    },
  })
}
