import { getEnvironmentSettings } from '@flexprice/contracts/operations'
import { getEnvironmentSettings as readSettings } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { settingsResponse } from './settings-response.ts'

export function getEnvironmentSettingsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getEnvironmentSettings),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      return reply.send(settingsResponse(scoped, request.params.id, await readSettings(scoped)))
    },
  })
}
