import { topUpWallet } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { bookCredits, getWallet, getWalletTransaction } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestHash, requestKey } from '../subscriptions/request-key.ts'
import { topUpCredits } from './top-up-credits.ts'
import { walletResponses } from './wallet-response.ts'
import { walletTransactionResponses } from './wallet-transaction-responses.ts'

export function topUpWalletRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(topUpWallet),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('wallet', id)
      const { idempotency_key: own, ...asked } = request.body
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) => {
        const now = await readNow(scoped)
        const wallet = await getWallet(scoped, id)
        const key = {
          ...{ value: own ?? requestKey(request), requestHash: requestHash(asked) },
          field: own === undefined ? 'Idempotency-Key' : 'idempotency_key',
        }
        const reference = { reference_type: 'REQUEST', reference_id: scoped.scope.requestId } as const
        const [booked] = await bookCredits(scoped, topUpCredits(asked, { wallet, key, reference }), now)
        assert(booked, 'a top-up books credits')
        const rows = [await getWalletTransaction(scoped, booked.id)]
        const [wallet_transaction] = await walletTransactionResponses(scoped, rows)
        const [response] = await walletResponses(scoped, [await getWallet(scoped, id)])
        assert(wallet_transaction && response, 'rows have their answers')
        return { wallet: response, wallet_transaction }
      })
      return reply.send(answer)
    },
  })
}
