import { queryFeature } from '@flexprice/contracts/operations'
import { searchFeatures } from '@flexprice/database/catalog'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { expandMetering } from './expand-metering.ts'
import { featureResponse } from './feature-response.ts'

export function queryFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryFeature),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchFeatures(scoped, request.body)
      const expanded = await expandMetering(scoped, page.items, request.body.expand ?? new Set())
      return reply.send(
        cursoredList(page, request, (row) => ({
          ...featureResponse(scoped.scope, row),
          ...expanded(row),
        })),
      )
    },
  })
}
