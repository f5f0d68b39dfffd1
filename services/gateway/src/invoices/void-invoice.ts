import { voidInvoice } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { voidInvoice as voidOne } from '@flexprice/database/invoices'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function voidInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(voidInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      await voidOne(scoped, id, await readNow(scoped))
      return reply.send({ message: `Invoice ${id} is void` })
    },
  })
}
