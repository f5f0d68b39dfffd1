import { getInvoice } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { getInvoice as findInvoice } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { invoicesWithRecords } from './invoices-with-records.ts'

export function getInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const [row, now] = await Promise.all([findInvoice(scoped, id), readNow(scoped)])
      const { expand } = request.query
      const [invoice] = await invoicesWithRecords(scoped, [row], { lineItems: true, now, expand })
      assert(invoice, 'a row has its answer')
      return reply.send(invoice)
    },
  })
}
