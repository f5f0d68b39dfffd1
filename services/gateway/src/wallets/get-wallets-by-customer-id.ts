import { getWalletsByCustomerId } from '@flexprice/contracts/operations'
import { getCustomer } from '@flexprice/database/customers'
import { listCustomerWallets } from '@flexprice/database/wallets'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { walletResponses } from './wallet-response.ts'

export function getWalletsByCustomerIdRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getWalletsByCustomerId),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('customer', request.params.id)
      const { id } = await getCustomer(scoped, request.params.id)
      return reply.send(await walletResponses(scoped, await listCustomerWallets(scoped, id)))
    },
  })
}
