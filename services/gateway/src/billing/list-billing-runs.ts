import { listBillingRuns } from '@flexprice/contracts/operations'
import { listBillingRuns as listRuns } from '@flexprice/database/billing'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'
import { billingRunResponses } from './billing-run-response.ts'

export function listBillingRunsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listBillingRuns),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { limit, cursor } = request.query
      const rows = await listRuns(scoped, { cursor, limit: limit + 1 })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return reply.send({
        items: await billingRunResponses(scoped, page),
        next_cursor: last && cursorAfter(request, last.id),
      })
    },
  })
}
