import { setTimeout as sleep } from 'node:timers/promises'
import { getTaskResult } from '@flexprice/contracts/operations'
import type { WorkflowResultResponse } from '@flexprice/contracts/wire'
import { z } from 'zod'
import type { ApiAnswer, ApiClient } from './api-client.ts'
import { CommandFailure } from './command-failure.ts'
import { exitCodes } from './exit-codes.ts'
import { fieldList, type Output } from './output.ts'
import { createProgressView, type Following } from './progress-view.ts'
import { createWatch } from './watch-workflow.ts'

export interface Execution {
  readonly workflow_id: string
  readonly run_id?: string | undefined
}

/** How long the gateway may hold a question. It caps this at a limit of its own. */
const holdSeconds: Readonly<Record<Following, number>> = { watch: 1, wait: 25 }
/** A gateway that restarts must not end a watch; one that stays away does. */
const awayMsMax = 60_000
const pollMs = 1_000

/**
 * Follows a workflow to its end and prints its result. A workflow that has not completed fails the command. Ctrl-C
 * ends the following, never the workflow.
 */
export async function followWorkflow(
  { api, output }: { readonly api: ApiClient; readonly output: Output },
  execution: Execution,
  following: Following,
  interrupted: AbortSignal,
): Promise<void> {
  const outcome = await untilEnded(api, output, execution, following, interrupted).catch((error: unknown) => {
    if (interrupted.aborted) throw runsOn(execution)
    throw error
  })
  printOutcome(output, outcome)
  const hint = hintOf(taskResult.parse(outcome.body).result)
  if (hint !== undefined) output.note(hint)
}

/** Where an import has left something to look at. */
function hintOf(result: unknown): string | undefined {
  const task = ofTask.safeParse(result).data
  if (task === undefined) return undefined
  const {
    task_id: id,
    failed_records: failed,
    refused_records: refused,
    not_restored_records: changed,
  } = task
  if (failed > 0) return `Rejected rows: flexprice tasks rejected ${id} > rejected.csv`
  return refused + changed > 0 ? `What stays: flexprice tasks kept ${id}` : undefined
}

const ofTask = z.object({
  task_id: z.string(),
  failed_records: z.number().default(0),
  refused_records: z.number().default(0),
  not_restored_records: z.number().default(0),
})

/** Prints what is known of a workflow; one that ended without completing is a failure. */
export function printOutcome(output: Output, { text, body }: ApiAnswer): void {
  const { message, workflow_id, run_id, status, progress, result, error } = taskResult.parse(body)
  output.result(text, () => fieldList({ workflow_id, run_id, status, progress, result }))
  if (status === 'Running' || status === 'Completed') return
  throw new CommandFailure({ exitCode: exitCodes.failed, code: error?.code ?? status.toLowerCase(), message })
}

const taskResult = getTaskResult.schema.response[200]

/** One question for a workflow's state and result. */
export function askForResult(
  api: ApiClient,
  { workflow_id, run_id }: Execution,
  { wait, signal }: { readonly wait?: string; readonly signal?: AbortSignal } = {},
): Promise<ApiAnswer> {
  return api.call(getTaskResult, {
    query: { workflow_id, run_id, wait },
    ...(signal === undefined ? {} : { signal }),
  })
}

async function untilEnded(
  api: ApiClient,
  output: Output,
  execution: Execution,
  following: Following,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  using view = createProgressView(output, following)
  const watch = following === 'watch' ? createWatch(api, execution, signal) : undefined
  let answeredAt = performance.now()
  for (;;) {
    const ended = await watch?.untilItBreaks((event, progress) => {
      answeredAt = performance.now()
      view.show(event.text, progress)
    })
    if (ended !== undefined) return ended
    const askedAt = performance.now()
    try {
      signal.throwIfAborted()
      const answer = await askForResult(api, execution, { wait: `${holdSeconds[following]}s`, signal })
      answeredAt = performance.now()
      const state: WorkflowResultResponse = taskResult.parse(answer.body)
      if (state.status !== 'Running') return answer
      view.show(answer.text, state.progress)
    } catch (error) {
      if (!isAway(error) || performance.now() - answeredAt > awayMsMax) throw error
      view.say(`${error.message}; trying again`)
    }
    // The gateway may be told to hold nobody.
    await sleep(Math.max(0, pollMs - (performance.now() - askedAt)), undefined, { signal })
  }
}

function isAway(error: unknown): error is CommandFailure {
  return error instanceof CommandFailure && error.failure.exitCode === exitCodes.unavailable
}

function runsOn({ workflow_id }: Execution): CommandFailure {
  return new CommandFailure({
    exitCode: exitCodes.interrupted,
    code: 'interrupted',
    message: `Not watched any more. The workflow ${workflow_id} runs on.`,
    hint: `  flexprice workflows result ${workflow_id} --watch   watches it again\n  flexprice workflows cancel ${workflow_id}           stops it`,
  })
}
