import { activateSubscription } from '@flexprice/contracts/operations'
import { keepKey, refuseUsedKey } from '@flexprice/database/idempotency'
import { getSubscription } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { requestIdentity } from '../plugins/request-identity.ts'
import { type Api, routeOf } from '../route.ts'
import { startCreation } from './start-creation.ts'

/** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
export function activateSubscriptionRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  config: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(activateSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      // One that is not there would be answered by a workflow that fails.
      await getSubscription(scoped, id)
      const identity = requestIdentity(request)
      if (identity) await refuseUsedKey(scoped, identity)
      const input = {
        kind: 'activation',
        subscription_id: id,
        start_date: request.body.start_date.toISOString(),
      } as const
      const answer = await startCreation({ temporal, config, closing }, scoped, input, { request, reply })
      const status = 'workflow' in answer ? 202 : 200
      if (identity) await keepKey(scoped, identity, { status })
      return 'workflow' in answer ? reply.code(202).send(answer.workflow) : reply.send(answer.subscription)
    },
  })
}
