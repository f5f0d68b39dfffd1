import {
  type ChangeOrder,
  type SubscriptionChangeInput,
  type SubscriptionChangeResult,
  subscriptionChangeResult,
  workflows,
} from '@flexprice/contracts/workflows'
import { newestChange } from '@flexprice/database/changes'
import { type Scoped, together } from '@flexprice/database/connection'
import { keepKey, refusedKey, requestHash } from '@flexprice/database/idempotency'
import type { Temporal } from '@flexprice/temporal-client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AppConfig } from '../config.ts'
import { expectIdOf } from '../id-kind.ts'
import { requestIdentity } from '../plugins/request-identity.ts'
import { requestKey } from '../subscriptions/request-key.ts'
import { awaitWorkflow } from '../workflows/await-workflow.ts'

export interface ChangeRoute {
  readonly temporal: Temporal
  readonly config: Pick<AppConfig, 'waitMsMax'>
  readonly closing: AbortSignal
}

export interface WantedChange {
  readonly mode: SubscriptionChangeInput['mode']
  readonly subscriptionId: string
  readonly order: ChangeOrder
  /** The body's, which stands for the change for ever; else the header's. */
  readonly key?: string | undefined
}

/** Starts the workflow that changes a subscription, or shows what that would do, and waits for it. */
export async function startChange(
  { temporal, config, closing }: ChangeRoute,
  scoped: Scoped,
  { mode, subscriptionId, order, key }: WantedChange,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<SubscriptionChangeResult> {
  expectIdOf('subscription', subscriptionId)
  const identity = mode === 'execute' ? requestIdentity(request) : undefined
  // One that is not there would be answered by a workflow that fails.
  const [seenChangeId] = await together(
    scoped,
    newestChange(scoped, subscriptionId),
    ...(identity ? [refusedKey(scoped, identity)] : []),
  )
  const input = {
    mode,
    subscription_id: subscriptionId,
    request: order,
    seen_change_id: seenChangeId,
    idempotency_key: key ?? requestKey(request),
    request_hash: requestHash([subscriptionId, order]),
  }
  const contract = workflows['subscription-change']
  const started = await temporal.startWorkflow(contract, input, scoped.scope)
  const { waitMsMax } = config
  const result = await awaitWorkflow(temporal, scoped.scope, started, { reply, waitMsMax, closing })
  if (identity) await keepKey(scoped, identity, { status: 200 })
  return subscriptionChangeResult.parse(result)
}
