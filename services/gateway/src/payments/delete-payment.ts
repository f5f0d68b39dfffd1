import { deletePayment } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { lockPayment, deletePayment as removePayment } from '@flexprice/database/payments'
import { CodedError } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deletePaymentRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deletePayment),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('payment', id)
      await inTransaction(scoped, async (transaction) => {
        const { payment } = await lockPayment(transaction, id)
        if (payment.succeeded_at !== null) {
          const message = `Payment ${id} has moved money: it stays for the books; VOIDED takes it back`
          throw new CodedError('state_conflict', message, {
            details: { payment_status: payment.payment_status },
          })
        }
        await removePayment(transaction, id, await readNow(transaction))
      })
      return reply.send({ message: `Payment ${id} is deleted` })
    },
  })
}
