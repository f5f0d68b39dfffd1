import { customerColumns } from '@flexprice/contracts/customers'
import { updateCustomer } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { updateCustomer as writeCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { customerResponse } from './customer-response.ts'
import { namedCustomer } from './named-customer.ts'

export function updateCustomerRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateCustomer),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { external_id, name, ...fields } = request.body
      const { id } = await namedCustomer(scoped, {
        ...{ id: request.query.id, externalId: request.query.external_customer_id },
        fields: { id: 'id', externalId: 'external_customer_id' },
      })
      const changes = { external_id, name, ...customerColumns(fields) }
      const row = await writeCustomer(scoped, id, changes, await readNow(scoped))
      return reply.send(customerResponse(scoped.scope, row))
    },
  })
}
