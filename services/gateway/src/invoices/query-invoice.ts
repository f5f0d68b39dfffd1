import { queryInvoice } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { searchInvoices } from '@flexprice/database/invoices'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { invoicesWithRecords } from './invoices-with-records.ts'

export function queryInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { expand, skip_line_items } = request.body
      const now = await readNow(scoped)
      const { items, total } = await searchInvoices(scoped, request.body, now)
      const invoices = await invoicesWithRecords(scoped, items, {
        lineItems: !skip_line_items,
        now,
        expand,
      })
      return reply.send(cursoredList({ items: invoices, total }, request, (invoice) => invoice))
    },
  })
}
