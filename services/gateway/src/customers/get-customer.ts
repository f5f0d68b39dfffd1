import { getCustomer } from '@flexprice/contracts/operations'
import { getCustomer as findCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { customerResponse } from './customer-response.ts'

export function getCustomerRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomer),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('customer', request.params.id)
      const row = await findCustomer(scoped, request.params.id)
      return reply.send(customerResponse(scoped.scope, row))
    },
  })
}
