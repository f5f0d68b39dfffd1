import { deleteCustomer } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { deleteCustomer as removeCustomer } from '@flexprice/database/customers'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteCustomerRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deleteCustomer),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('customer', id)
      await inTransaction(callerDatabase(database, request), async (scoped) =>
        removeCustomer(scoped, id, await readNow(scoped)),
      )
      return reply.code(204).send()
    },
  })
}
