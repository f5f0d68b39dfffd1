import { Client, Connection } from '@temporalio/client'
import type { BenchStack } from '../bench-stack.ts'

/** How many events a workflow's history has, by Temporal itself: the product does not tell. */
export async function historyLength(
  { temporalAddress: address }: BenchStack,
  run: { workflow_id: string; run_id: string },
): Promise<number> {
  const client = new Client({ connection: await Connection.connect({ address }) })
  try {
    return (await client.workflow.getHandle(run.workflow_id, run.run_id).describe()).historyLength
  } finally {
    await client.connection.close()
  }
}
