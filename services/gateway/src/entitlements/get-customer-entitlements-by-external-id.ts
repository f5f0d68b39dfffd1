import { getCustomerEntitlementsByExternalId } from '@flexprice/contracts/operations'
import { getCustomerByExternalId } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { customerEntitlements } from './customer-entitlements.ts'

export function getCustomerEntitlementsByExternalIdRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(getCustomerEntitlementsByExternalId),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = await getCustomerByExternalId(scoped, request.params.external_id)
      return reply.send(await customerEntitlements(scoped, id))
    },
  })
}
