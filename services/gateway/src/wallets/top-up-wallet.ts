import { topUpWallet } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { buyCredits } from '@flexprice/database/invoices'
import { bookCredits, getWallet, getWalletTransaction, type WalletRow } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'
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
        const credits = topUpCredits(asked, { wallet, key, reference })
        const isInvoiced = asked.transaction_reason === 'PURCHASED_CREDIT_INVOICED'
        const [booked] = isInvoiced
          ? await buyCredits(scoped, [{ ...purchaseOf(wallet), credits }], now)
          : await bookCredits(scoped, credits, now)
        assert(booked, 'a top-up books credits')
        const row = await getWalletTransaction(scoped, booked.id)
        const [wallet_transaction] = await walletTransactionResponses(scoped, [row])
        const [response] = await walletResponses(scoped, [await getWallet(scoped, id)])
        assert(wallet_transaction && response, 'rows have their answers')
        return {
          ...{ wallet: response, wallet_transaction },
          invoice_id: isInvoiced ? row.reference_id : undefined,
        }
      })
      return reply.send(answer)
    },
  })
}

function purchaseOf({ customer_id: customerId, currency }: WalletRow) {
  return { customerId, currency, billingReason: 'MANUAL' } as const
}
