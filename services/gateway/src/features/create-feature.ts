import { createFeature } from '@flexprice/contracts/operations'
import { insertFeature } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { wholeFeatureResponse } from './feature-response.ts'
import { newMeter } from './new-meter.ts'

export function createFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createFeature),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const { alert_settings: _, meter, meter_id, group_id, lookup_key, ...fields } = request.body
      if (meter_id) expectIdOf('meter', meter_id)
      if (group_id) expectIdOf('group', group_id)
      const feature = {
        ...fields,
        meter: meter && newMeter(meter),
        // An empty text means none.
        meter_id: meter_id || undefined,
        group_id: group_id || undefined,
        lookup_key: lookup_key || undefined,
      }
      const answer = await inTransaction(caller, async (scoped) =>
        wholeFeatureResponse(scoped, await insertFeature(scoped, feature, await readNow(scoped))),
      )
      return reply.code(201).send(answer)
    },
  })
}
