import { getEnvironmentSettings } from '@flexprice/contracts/operations'
import { getEnvironmentSettings as readSettings } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { ownEnvironment } from './own-environment.ts'
import { settingsResponse } from './settings-response.ts'

export function getEnvironmentSettingsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getEnvironmentSettings),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      ownEnvironment(scoped, request.params.id)
      return reply.send(settingsResponse(scoped, await readSettings(scoped)))
    },
  })
}
