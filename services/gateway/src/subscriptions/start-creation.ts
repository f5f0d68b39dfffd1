import { type SubscriptionCreationInput, workflows } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import type { Temporal } from '@flexprice/temporal-client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AppConfig } from '../config.ts'
import { wantsAsync } from '../preference.ts'
import { awaitWorkflow } from '../workflows/await-workflow.ts'
import { fullSubscription } from './full-subscription.ts'

export interface CreationRoute {
  readonly temporal: Temporal
  readonly config: Pick<AppConfig, 'waitMsMax'>
  readonly closing: AbortSignal
}

/**
 * Starts the creation workflow and waits for the one subscription that it makes or begins; told to respond
 * at once, it answers with the workflow instead.
 */
export async function startCreation(
  { temporal, config, closing }: CreationRoute,
  scoped: Scoped,
  input: SubscriptionCreationInput,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
) {
  const { scope } = scoped
  const started = await temporal.startWorkflow(workflows['subscription-creation'], input, scope)
  if (wantsAsync(request.headers.prefer)) {
    return {
      workflow: {
        message: 'The subscription is being made',
        workflow_id: started.workflowId,
        run_id: started.runId,
      },
    }
  }
  const { waitMsMax } = config
  const result = await awaitWorkflow(temporal, scope, started, { reply, waitMsMax, closing })
  const { subscription_id: id } = made.parse(result)
  return { subscription: await fullSubscription(scoped, id, { warnings: true }) }
}

const made = z.object({ subscription_id: z.string() })
