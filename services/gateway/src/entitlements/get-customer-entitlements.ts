import { getCustomerEntitlements } from '@flexprice/contracts/operations'
import { getCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { customerEntitlements } from './customer-entitlements.ts'

export function getCustomerEntitlementsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomerEntitlements),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('customer', id)
      await getCustomer(scoped, id)
      return reply.send(await customerEntitlements(scoped, id))
    },
  })
}
