import { getCustomerWallets } from '@flexprice/contracts/operations'
import { listCustomerWallets } from '@flexprice/database/wallets'
import { callerDatabase } from '../caller.ts'
import { namedCustomer } from '../customers/named-customer.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { readOwed, realTimeBalance } from './real-time-balance.ts'
import { walletResponses } from './wallet-response.ts'

export function getCustomerWalletsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomerWallets),
    async handler(request, reply) {
      const { id, lookup_key: externalId, include_real_time_balance: withBalances = false } = request.query
      const scoped = callerDatabase(database, request)
      const customer = await namedCustomer(scoped, {
        ...{ id, externalId },
        fields: { id: 'id', externalId: 'lookup_key' },
      })
      const rows = await listCustomerWallets(scoped, customer.id)
      const wallets = await walletResponses(scoped, rows)
      if (!withBalances || rows.length === 0) return reply.send(wallets)
      const owed = await readOwed(scoped, customer.id)
      const balances = new Map(rows.map((row) => [row.id, realTimeBalance(row, owed.get(row.currency))]))
      return reply.send(
        wallets.map((wallet) => {
          const { real_time_balance, real_time_credit_balance } = balances.get(wallet.id) ?? {}
          return { ...wallet, real_time_balance, real_time_credit_balance }
        }),
      )
    },
  })
}
