import { createSubscription } from '@flexprice/contracts/operations'
import { createSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import { requestHash } from '@flexprice/database/idempotency'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from './request-key.ts'
import { startCreation } from './start-creation.ts'

/** What Temporal takes as a workflow's input, with room to spare. */
const requestBytesMax = 1_000_000

/** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
export function createSubscriptionRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  config: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(createSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { plan_id, customer_id } = request.body
      expectIdOf('plan', plan_id)
      if (customer_id !== undefined) expectIdOf('customer', customer_id)
      const wire = createSubscriptionRequest.encode(request.body)
      if (Buffer.byteLength(JSON.stringify(wire)) > requestBytesMax) {
        throw invalid([{ path: '', message: `must not be larger than ${requestBytesMax} bytes` }])
      }
      const input = {
        kind: 'one',
        request: wire,
        idempotency_key: requestKey(request),
        request_hash: requestHash(wire),
      } as const
      const answer = await startCreation({ temporal, config, closing }, scoped, input, { request, reply })
      return 'workflow' in answer
        ? reply.code(202).send(answer.workflow)
        : reply.code(201).send(answer.subscription)
    },
  })
}
