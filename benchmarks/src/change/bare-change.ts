import { fileURLToPath } from 'node:url'
import { createSubscriptionChangeActivities } from '@flexprice/activities/subscription-change'
import { createDatabase } from '@flexprice/database/connection'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { BenchStack } from '../bench-stack.ts'

const taskQueue = 'bare-change'
const poolSizeMax = 10

export interface BareChange extends AsyncDisposable {
  /** Runs one workflow to its end by Temporal's client, without a gateway. */
  change(subscriptionId: string, targetPlanId: string): Promise<void>
}

/** A worker and a client without our code around them, in this process: the same transaction in one local activity. */
export async function startBareChange(stack: BenchStack): Promise<BareChange> {
  const database = createDatabase({ url: stack.databaseUrl, applicationName: 'bare-change', poolSizeMax })
  const scoped = database.scoped(stack.scoped.scope)
  const address = stack.temporalAddress
  const connection = await NativeConnection.connect({ address })
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)),
    activities: createSubscriptionChangeActivities({
      scoped: () => scoped,
      slicesMax: 1,
      events: {
        changed: () => undefined,
        schedulesFailed: () => undefined,
        bulkPaged: () => undefined,
        bulkDone: () => undefined,
      },
    }),
  })
  const ended = worker.run()
  const client = new Client({ connection: await Connection.connect({ address }) })
  return {
    async change(subscriptionId, targetPlanId) {
      const input = {
        mode: 'execute',
        subscription_id: subscriptionId,
        request: {
          kind: 'plan_change',
          target_plan_id: targetPlanId,
          proration_behavior: 'create_prorations',
          change_at: 'immediate',
          supersede: false,
          period: null,
        },
        seen_change_id: null,
        idempotency_key: subscriptionId,
        request_hash: subscriptionId,
      }
      await client.workflow.execute('BareChangeWorkflow', {
        taskQueue,
        workflowId: `bare:${subscriptionId}`,
        args: [input],
      })
    },
    async [Symbol.asyncDispose]() {
      worker.shutdown()
      await ended
      await client.connection.close()
      await connection.close()
      await database[Symbol.asyncDispose]()
    },
  }
}
