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
  {
    longPollMs = temporalsLongPollMs,
    ...options
  }: CallOptions & { readonly longPollMs?: number | undefined } = {},
): Promise<QueueStats[]> {
  const since = Date.now() - longPollMs - repollMsMax
  return Promise.all(definitions.map((definition) => statsOf(client, { definition, since }, options)))
}

/** Temporal's default of `matching.longPollExpirationInterval`. */
const temporalsLongPollMs = 60_000
/** So long at most until a worker that is there asks anew. */
const repollMsMax = 4_000

export interface QueueStats {
  readonly taskQueue: string
  /** The workflow's name, `price-sync`. */
  readonly workflow: string
  /** Tasks that wait, of both kinds. */
  readonly backlog: number
  /** How long the oldest of them has waited. */
  readonly oldestAgeMs: number
  /** Workers that ask for work: Temporal ends each of their polls after a while, and they ask anew. */
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
  { definition, since }: { readonly definition: WorkflowDefinition; readonly since: number },
  options: CallOptions,
): Promise<QueueStats> {
  const { taskQueue } = definition
  const [ofWorkflows, ofActivities] = await Promise.all([
    describeTasks(client, { taskQueue, type: workflowTasks, since }, options),
    describeTasks(client, { taskQueue, type: activityTasks, since }, options),
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
  { taskQueue, type, since }: Asked,
  options: CallOptions,
): Promise<TaskStats> {
  const { namespace } = client.options
  const { stats, pollers } = await call(
    client,
    () =>
      client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: type,
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
    pollers: [...new Set((pollers ?? []).filter(polledSince(since)).map((poller) => poller.identity ?? ''))],
    addedPerSecond: stats?.tasksAddRate ?? 0,
    dispatchedPerSecond: stats?.tasksDispatchRate ?? 0,
  }
}

interface Asked {
  readonly taskQueue: string
  readonly type: typeof workflowTasks | typeof activityTasks
  /** Who has not polled since, in milliseconds of the epoch, has gone: Temporal keeps such a one for five minutes. */
  readonly since: number
}

function polledSince(since: number) {
  return ({ lastAccessTime }: { readonly lastAccessTime?: { readonly seconds?: unknown } | null }): boolean =>
    Number(lastAccessTime?.seconds ?? 0) * 1_000 >= since
}
