import { getTaskResult, streamWorkflowEvents } from '@flexprice/contracts/operations'
import { parseExactJson, type WorkflowResultResponse } from '@flexprice/contracts/wire'
import type { ApiAnswer, ApiClient } from './api-client.ts'
import { CommandFailure } from './command-failure.ts'
import { exitCodes } from './exit-codes.ts'

/** A workflow's server-sent events, for as long as they are to be had. */
export interface WorkflowWatch {
  /**
   * Tells each event until the result, which is returned. Undefined when the stream has ended without it, or is not to be
   * had: whoever follows asks, and comes again.
   */
  untilItBreaks(
    tell: (answer: ApiAnswer, progress: WorkflowResultResponse['progress']) => void,
  ): Promise<ApiAnswer | undefined>
}

export function createWatch(
  api: ApiClient,
  { workflow_id, run_id }: { readonly workflow_id: string; readonly run_id?: string | undefined },
  signal: AbortSignal,
): WorkflowWatch {
  let lastId: string | undefined
  // An older gateway has no such call, and a proxy may not let it through: who was refused does not ask again.
  let isRefused = false
  return {
    async untilItBreaks(tell) {
      if (isRefused) return undefined
      const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId }
      const request = { params: { workflow_id }, query: { run_id }, headers, signal }
      try {
        for await (const { id, data } of api.listen(streamWorkflowEvents, request)) {
          lastId = id ?? lastId
          const state = taskResult.parse(parseExactJson(data))
          const answer = { text: data, body: state }
          if (state.status !== 'Running') return answer
          tell(answer, state.progress)
        }
      } catch (error) {
        signal.throwIfAborted()
        isRefused = !isPassing(error)
      }
      return undefined
    },
  }
}

const taskResult = getTaskResult.schema.response[200]

/** The gateway is away or has too much to do, or the connection broke: in fetch's words a TypeError. */
function isPassing(error: unknown): boolean {
  if (error instanceof CommandFailure) return error.failure.exitCode === exitCodes.unavailable
  return error instanceof TypeError
}
