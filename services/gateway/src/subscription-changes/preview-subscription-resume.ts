import { previewSubscriptionResume } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { resumeOrder } from './resume-subscription.ts'
import { standingChangePreview } from './standing-change-response.ts'
import { startChange } from './start-change.ts'

export function previewSubscriptionResumeRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(previewSubscriptionResume),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body, params } = request
      const wanted = { mode: 'preview', subscriptionId: params.id, order: resumeOrder(body) } as const
      const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
      return reply.send(standingChangePreview(result))
    },
  })
}
