import { getCustomerUpcomingGrants } from '@flexprice/contracts/operations'
import { getCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { upcomingGrants } from './upcoming-grants.ts'

export function getCustomerUpcomingGrantsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomerUpcomingGrants),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('customer', id)
      await getCustomer(scoped, id)
      return reply.send(await upcomingGrants(scoped, { customerId: id }))
    },
  })
}
