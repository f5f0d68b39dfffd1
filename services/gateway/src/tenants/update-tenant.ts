import { updateTenant } from '@flexprice/contracts/operations'
import { readTimeOfDay } from '@flexprice/database/connection'
import { updateTenant as writeTenant } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { tenantResponse } from './tenant-response.ts'

export function updateTenantRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateTenant),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      // A tenant has several environments: none of their test clocks dates its changes.
      const row = await writeTenant(scoped, request.body, await readTimeOfDay(scoped))
      return reply.send(tenantResponse(row))
    },
  })
}
