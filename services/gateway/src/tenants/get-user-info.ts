import { getUserInfo } from '@flexprice/contracts/operations'
import { getTenant } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { tenantResponse } from './tenant-response.ts'

export function getUserInfoRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getUserInfo),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const tenant = await getTenant(scoped, scoped.scope.tenantId)
      return reply.send({
        id: scoped.scope.userId,
        type: 'service_account',
        roles: [],
        metadata: {},
        tenant: tenantResponse(tenant),
      })
    },
  })
}
