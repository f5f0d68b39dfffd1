import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import type { Client } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'

const workflowTasks = 1
const activityTasks = 2

/**
 * What waits in each queue, and who takes it: by Temporal's DescribeTaskQueue, one call a kind of task.
 * Tasks that a worker got without queueing (sticky, eager) are not counted; rates are averages of 30 s.
 */
export async function queueStats(
  client: Client,
  definitions: readonly WorkflowDefinition[],
  options: CallOptions = {},
): Promise<QueueStats[]> {
  return Promise.all(definitions.map((definition) => statsOf(client, definition, options)))
}

export interface QueueStats {
  readonly taskQueue: string
  /** The workflow's name, `price-sync`. */
  readonly workflow: string
  /** Tasks that wait, of both kinds. */
  readonly backlog: number
  /** How long the oldest of them has waited. */
  readonly oldestAgeMs: number
  /** Workers that ask for work: Temporal ends each of their polls after a minute, and they ask anew. */
  readonly pollers: number
  readonly workflowTasks: TaskStats
  readonly activityTasks: TaskStats
}

interface TaskStats {
  readonly backlog: number
  readonly oldestAgeMs: number
  readonly pollers: readonly string[]
  readonly addedPerSecond: number
  readonly dispatchedPerSecond: number
}

async function statsOf(
  client: Client,
  definition: WorkflowDefinition,
  options: CallOptions,
): Promise<QueueStats> {
  const [ofWorkflows, ofActivities] = await Promise.all([
    describeTasks(client, definition.taskQueue, workflowTasks, options),
    describeTasks(client, definition.taskQueue, activityTasks, options),
  ])
  return {
    taskQueue: definition.taskQueue,
    workflow: definition.name,
    backlog: ofWorkflows.backlog + ofActivities.backlog,
    oldestAgeMs: Math.max(ofWorkflows.oldestAgeMs, ofActivities.oldestAgeMs),
    pollers: new Set([...ofWorkflows.pollers, ...ofActivities.pollers]).size,
    workflowTasks: ofWorkflows,
    activityTasks: ofActivities,
  }
}

async function describeTasks(
  client: Client,
  taskQueue: string,
  taskQueueType: typeof workflowTasks | typeof activityTasks,
  options: CallOptions,
): Promise<TaskStats> {
  const { namespace } = client.options
  const { stats, pollers } = await call(
    client,
    () =>
      client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
        reportStats: true,
      }),
    options,
  )
  return {
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    oldestAgeMs: Math.round(
      Number(stats?.approximateBacklogAge?.seconds ?? 0) * 1_000 +
        (stats?.approximateBacklogAge?.nanos ?? 0) / 1_000_000,
    ),
    pollers: [...new Set((pollers ?? []).filter(isThere).map((poller) => poller.identity ?? ''))],
    addedPerSecond: stats?.tasksAddRate ?? 0,
    dispatchedPerSecond: stats?.tasksDispatchRate ?? 0,
  }
}

/** Temporal keeps one that has gone for five minutes; one that is there has polled within one, and asks again at once. */
const pollMsMax = 70_000

function isThere({
  lastAccessTime,
}: {
  readonly lastAccessTime?: { readonly seconds?: unknown } | null
}): boolean {
  return Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 <= pollMsMax
}
