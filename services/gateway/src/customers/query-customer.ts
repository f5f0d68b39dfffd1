import { queryCustomer } from '@flexprice/contracts/operations'
import { searchCustomers } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { customerResponse } from './customer-response.ts'

export function queryCustomerRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryCustomer),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchCustomers(scoped, request.body)
      return reply.send(cursoredList(page, request, (row) => customerResponse(scoped.scope, row)))
    },
  })
}
