import { fileURLToPath } from 'node:url'
import { createSubscriptionCreationActivities } from '@flexprice/activities/subscription-creation'
import { createDatabase } from '@flexprice/database/connection'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { BenchStack } from '../bench-stack.ts'

const taskQueue = 'bare-creation'
const poolSizeMax = 10

export interface BareCreation extends AsyncDisposable {
  /** Runs one workflow to its end by Temporal's client, without a gateway. */
  create(request: Readonly<Record<string, unknown>>, key: string): Promise<string>
}

/** A worker and a client without our code around them, in this process: the same transaction in one local activity. */
export async function startBareCreation(stack: BenchStack): Promise<BareCreation> {
  const database = createDatabase({ url: stack.databaseUrl, applicationName: 'bare-creation', poolSizeMax })
  const scoped = database.scoped(stack.scoped.scope)
  const address = stack.temporalAddress
  const connection = await NativeConnection.connect({ address })
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)),
    activities: createSubscriptionCreationActivities({
      scoped: () => scoped,
      events: { created: () => undefined, itemBroke: () => undefined, activated: () => undefined },
    }),
  })
  const ended = worker.run()
  const client = new Client({ connection: await Connection.connect({ address }) })
  return {
    async create(request, key) {
      const input = { kind: 'one', request, idempotency_key: key, request_hash: key }
      const made = await client.workflow.execute('BareCreationWorkflow', {
        taskQueue,
        workflowId: `bare:${key}`,
        args: [input],
      })
      return made.subscription_id
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
