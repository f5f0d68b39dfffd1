import { getTenantById } from '@flexprice/contracts/operations'
import { getTenant } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { tenantResponse } from './tenant-response.ts'

export function getTenantByIdRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getTenantById),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('tenant', id)
      return reply.send(tenantResponse(await getTenant(callerDatabase(database, request), id)))
    },
  })
}
