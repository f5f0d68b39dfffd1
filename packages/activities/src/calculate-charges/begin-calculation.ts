import { beginCalculation as begin } from '@flexprice/database/calculations'
import { readNow } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import type { CalculateChargesDependencies } from './dependencies.ts'

export async function beginCalculation(
  { scoped, slicesMax }: CalculateChargesDependencies,
  { calculationId }: { calculationId: string },
): Promise<{ slices: readonly number[] }> {
  const { workflowExecution: workflow } = Context.current().info
  assert(workflow, 'a calculation runs in a workflow')
  const handle = scoped()
  const slices = await begin(handle, {
    id: calculationId,
    workflow: { id: workflow.workflowId, runId: workflow.runId },
    slicesMax,
    now: await readNow(handle),
  })
  return { slices }
}
