import { updateInvoice } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { updateInvoice as writeInvoice } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { invoicesWithRecords } from './invoices-with-records.ts'

export function updateInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const { due_date: dueDate, metadata } = request.body
      const now = await readNow(scoped)
      const row = await writeInvoice(scoped, id, { dueDate, metadata }, now)
      const [invoice] = await invoicesWithRecords(scoped, [row], { lineItems: true, now })
      assert(invoice, 'a row has its answer')
      return reply.send(invoice)
    },
  })
}
