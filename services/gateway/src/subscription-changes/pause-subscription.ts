import { pauseSubscription } from '@flexprice/contracts/operations'
import type { PauseSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import type { PauseOrder } from '@flexprice/contracts/workflows'
import { callerDatabase } from '../caller.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { pausedSubscription } from './paused-subscription.ts'
import { startChange } from './start-change.ts'
import { toldWarnings } from './told-warnings.ts'

export function pauseSubscriptionRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(pauseSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body, params } = request
      const wanted = { mode: 'execute', subscriptionId: params.id, order: pauseOrder(body) } as const
      const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
      return reply.send({ ...(await pausedSubscription(scoped, params.id)), ...toldWarnings(result) })
    },
  })
}

export function pauseOrder(body: PauseSubscriptionRequest): PauseOrder {
  const { pause_mode: mode, proration_behavior, reason, metadata = {} } = body
  return { kind: 'pause', mode, proration_behavior, reason, metadata }
}
