import { terminateWallet } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { terminateWallet as closeWallet } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { walletResponses } from './wallet-response.ts'

export function terminateWalletRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(terminateWallet),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('wallet', request.params.id)
      const row = await closeWallet(scoped, request.params.id, await readNow(scoped))
      const [wallet] = await walletResponses(scoped, [row])
      assert(wallet, 'a row has its answer')
      return reply.send(wallet)
    },
  })
}
