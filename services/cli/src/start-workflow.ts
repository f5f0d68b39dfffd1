import { type Operation, workflowStarted } from '@flexprice/contracts/wire'
import type { ApiClient, ApiRequest } from './api-client.ts'
import { followWorkflow } from './follow-workflow.ts'
import { catchInterruption } from './interruption.ts'
import { fieldList, type Output } from './output.ts'
import type { Following } from './progress-view.ts'

/**
 * Calls the operation that starts a workflow, and follows it if asked to. Operations that would wait for the result
 * are asked not to; one that answers with it all the same has its answer printed.
 */
export async function startWorkflow(
  { api, output }: { readonly api: ApiClient; readonly output: Output },
  operation: Operation,
  request: ApiRequest,
  following: Following | undefined,
): Promise<void> {
  // From here on, or else a Ctrl-C between start and answer would hide that something runs.
  using interruption = catchInterruption()
  const answer = await api.call(operation, {
    ...request,
    headers: { prefer: 'respond-async', ...request.headers },
  })
  const started = startedExecution.safeParse(answer.body).data
  if (started === undefined) {
    output.result(answer.text, () => fieldsOf(answer.body))
    return
  }
  if (following === undefined) {
    output.result(answer.text, () => fieldsOf(answer.body))
    output.note(`See it: flexprice workflows result ${started.workflow_id} --watch`)
    return
  }
  output.note(`Started ${started.workflow_id}`)
  await followWorkflow({ api, output }, started, following, interruption.signal)
}

function fieldsOf(body: unknown): string {
  return fieldList(typeof body === 'object' ? (body ?? {}) : {})
}

/** Some operations answer a start with a message, others with the ids alone. */
const startedExecution = workflowStarted.partial({ message: true })
