import { updateWallet } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { updateWallet as writeWallet } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { allowedPriceTypes } from './allowed-price-types.ts'
import { askedAutoTopUp } from './asked-auto-topup.ts'
import { walletResponses } from './wallet-response.ts'

export function updateWalletRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateWallet),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { name, description, metadata, config, auto_topup } = request.body
      expectIdOf('wallet', request.params.id)
      const changes = {
        ...{ name, description, metadata, allowed_price_types: allowedPriceTypes(config) },
        auto_topup: askedAutoTopUp(auto_topup),
      }
      const row = await writeWallet(scoped, request.params.id, changes, await readNow(scoped))
      const [wallet] = await walletResponses(scoped, [row])
      assert(wallet, 'a row has its answer')
      return reply.send(wallet)
    },
  })
}
