import { resumeSubscription } from '@flexprice/contracts/operations'
import type { ResumeSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import type { ResumeOrder } from '@flexprice/contracts/workflows'
import { callerDatabase } from '../caller.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { pausedSubscription } from './paused-subscription.ts'
import { startChange } from './start-change.ts'
import { toldWarnings } from './told-warnings.ts'

export function resumeSubscriptionRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(resumeSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body, params } = request
      const wanted = { mode: 'execute', subscriptionId: params.id, order: resumeOrder(body) } as const
      const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
      return reply.send({ ...(await pausedSubscription(scoped, params.id)), ...toldWarnings(result) })
    },
  })
}

export function resumeOrder(body: ResumeSubscriptionRequest): ResumeOrder {
  const { resume_mode: mode, proration_behavior, metadata } = body
  return { kind: 'resume', mode, proration_behavior, ...(metadata && { metadata }) }
}
