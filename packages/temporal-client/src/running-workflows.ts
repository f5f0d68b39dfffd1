import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import type { Client } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'
import type { Owner } from './describe-workflow.ts'
import { toQuery } from './search-workflows.ts'

export interface RunningWorkflows {
  readonly taskQueue: string
  /** The workflow's name, `price-sync`. */
  readonly workflow: string
  /** Of this tenant and environment. */
  readonly running: number
  /** When the oldest of them started; undefined when none runs. */
  readonly since: Date | undefined
}

/** What runs in one tenant's environment, by task queue; like a search, a second or so behind. */
export async function runningWorkflows(
  client: Client,
  scope: Owner,
  definitions: readonly WorkflowDefinition[],
  options: CallOptions = {},
): Promise<RunningWorkflows[]> {
  return Promise.all(
    definitions.map(async ({ taskQueue, name }) => {
      const query = `${toQuery(scope, { taskQueue })} AND ExecutionStatus = 'Running'`
      const running = await count(client, query, options)
      const since = running === 0 ? undefined : await oldestStart(client, query, running, options)
      return { taskQueue, workflow: name, running, since }
    }),
  )
}

/** So few can be listed to find the oldest. */
const listedMax = 20
const ageMsMin = 1_000
/** No workflow of ours may run so long. */
const ageMsMax = 365 * 24 * 60 * 60 * 1_000
/** After so many the two ages are less than a thousandth apart. */
const stepsMax = 16

/**
 * Temporal lists the newest first and knows no other order. So an age is looked for, halfway between two by their
 * ratio, that so few have reached that they can be listed.
 */
async function oldestStart(
  client: Client,
  query: string,
  running: number,
  options: CallOptions,
): Promise<Date | undefined> {
  const now = Date.now()
  let [youngMs, oldMs] = [ageMsMin, ageMsMax]
  let [found, left] = [query, running]
  for (let step = 0; left > listedMax && step < stepsMax; step++) {
    const ageMs = Math.sqrt(youngMs * oldMs)
    const older = `${query} AND StartTime < '${new Date(now - ageMs).toISOString()}'`
    const counted = await count(client, older, options)
    if (counted === 0) oldMs = ageMs
    else [youngMs, found, left] = [ageMs, older, counted]
  }
  // More than can be listed began in one moment.
  if (left > listedMax) return new Date(now - oldMs)
  return call(client, () => lastStart(client, found), options)
}

async function lastStart(client: Client, query: string): Promise<Date | undefined> {
  let last: Date | undefined
  for await (const { startTime } of client.workflow.list({ query, pageSize: listedMax })) last = startTime
  return last
}

async function count(client: Client, query: string, options: CallOptions): Promise<number> {
  const answer = await call(client, () => client.workflow.count(query), options)
  return answer.count
}
