import { updateEnvironmentSettings } from '@flexprice/contracts/operations'
import { inTransaction, readTimeOfDay } from '@flexprice/database/connection'
import { updateEnvironmentSettings as writeSettings } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { ownEnvironment } from './own-environment.ts'
import { settingsResponse } from './settings-response.ts'

export function updateEnvironmentSettingsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateEnvironmentSettings),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      ownEnvironment(scoped, request.params.id)
      const settings = await inTransaction(scoped, async (transaction) =>
        // Who changed what is told by the time of day, whatever a test clock says.
        writeSettings(transaction, request.body, await readTimeOfDay(transaction)),
      )
      return reply.send(settingsResponse(scoped, settings))
    },
  })
}
