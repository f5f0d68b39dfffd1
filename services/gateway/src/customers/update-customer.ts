import { updateCustomer } from '@flexprice/contracts/operations'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { getCustomerByExternalId, updateCustomer as writeCustomer } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { customerFields } from './customer-fields.ts'
import { customerResponse } from './customer-response.ts'

export function updateCustomerRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateCustomer),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { external_id, name, ...fields } = request.body
      const id = await customerId(scoped, request.query)
      const changes = { external_id, name, ...customerFields(fields) }
      const row = await writeCustomer(scoped, id, changes, await readNow(scoped))
      return reply.send(customerResponse(scoped.scope, row))
    },
  })
}

interface CustomerName {
  readonly id?: string | undefined
  readonly external_customer_id?: string | undefined
}

/** @throws validation_error unless exactly one name is given; not_found for one that nobody has */
async function customerId(
  scoped: Scoped,
  { id, external_customer_id: externalId }: CustomerName,
): Promise<string> {
  if (id !== undefined && externalId === undefined) {
    expectIdOf('customer', id)
    return id
  }
  if (externalId !== undefined && id === undefined)
    return (await getCustomerByExternalId(scoped, externalId)).id
  throw invalid([{ path: 'id', message: 'give either id or external_customer_id' }])
}
