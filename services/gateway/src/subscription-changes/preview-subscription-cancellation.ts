import { previewSubscriptionCancellation } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import { routeOf } from '../route.ts'
import { cancellationOrder } from './cancel-subscription.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { standingChangePreview } from './standing-change-response.ts'
import { startChange } from './start-change.ts'

export function previewSubscriptionCancellationRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(previewSubscriptionCancellation),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body, params } = request
      const wanted = { mode: 'preview', subscriptionId: params.id, order: cancellationOrder(body) } as const
      const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
      return reply.send(standingChangePreview(result))
    },
  })
}
