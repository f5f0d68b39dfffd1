import { getCustomerByExternalId } from '@flexprice/contracts/operations'
import { getCustomerByExternalId as findCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { customerResponse } from './customer-response.ts'

export function getCustomerByExternalIdRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomerByExternalId),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const row = await findCustomer(scoped, request.params.external_id)
      return reply.send(customerResponse(scoped.scope, row))
    },
  })
}
