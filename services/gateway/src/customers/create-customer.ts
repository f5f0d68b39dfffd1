import { customerColumns } from '@flexprice/contracts/customers'
import { createCustomer } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { customerResponse } from './customer-response.ts'

export function createCustomerRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createCustomer),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { external_id, name, ...fields } = request.body
      const customer = { external_id, name, ...customerColumns(fields) }
      const row = await insertCustomer(scoped, customer, await readNow(scoped))
      return reply.code(201).send(customerResponse(scoped.scope, row))
    },
  })
}
