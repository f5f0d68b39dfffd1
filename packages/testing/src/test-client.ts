import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client'
import { testNamespace, testStack } from './config.ts'

/** Temporal's own client, for what ours rightly cannot do: start without a scope, read a history. */
export async function withTestClient<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const connection = await Connection.connect({ address: testStack().temporalAddress })
  try {
    return await work(new Client({ connection, namespace: testNamespace() }))
  } finally {
    await connection.close()
  }
}

/** Ends what still runs on a queue, so that the worker of the next test file does not get it. */
export async function terminateLeftOvers({ taskQueue }: WorkflowDefinition): Promise<void> {
  await withTestClient(async (client) => {
    const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      await client.workflow.getHandle(workflowId, runId).terminate('left by a test').catch(ignoreEnded)
    }
  })
}

/** Temporal's list lags behind: what it shows as running may have ended. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error
}
