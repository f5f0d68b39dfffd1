import { CodedError } from '@flexprice/domain'
import type { Client } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'
import { describeOwn, type Owner, toDescription } from './describe-workflow.ts'

/**
 * Asks a workflow to end. It does so after the page it is at; its status is then Canceled. Throws
 * `not_found` as `describeWorkflow` does, and `invalid_operation` if it has ended already.
 */
export async function cancelWorkflow(
  client: Client,
  scope: Owner,
  workflowId: string,
  { runId, ...options }: CallOptions & { readonly runId?: string | undefined } = {},
): Promise<void> {
  const workflow = toDescription(await describeOwn(client, scope, workflowId, { runId, ...options }))
  if (workflow.status !== 'Running') {
    throw new CodedError('invalid_operation', `Workflow ${workflowId} has ended: ${workflow.status}`)
  }
  // The run that was looked at: the id may be another's by now.
  await call(client, () => client.workflow.getHandle(workflowId, workflow.runId).cancel(), options)
}
