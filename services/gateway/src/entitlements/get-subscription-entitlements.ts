import { getSubscriptionEntitlements } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { getSubscription } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { aggregatedFeatures } from './aggregated-features.ts'

export function getSubscriptionEntitlementsRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(getSubscriptionEntitlements),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      const subscription = await getSubscription(scoped, id)
      const features = await aggregatedFeatures(scoped, {
        subscriptions: [subscription],
        featureIds: request.query.feature_ids,
        now: await readNow(scoped),
      })
      return reply.send({ subscription_id: id, plan_id: subscription.plan_id, features })
    },
  })
}
