import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkflowResultResponse } from '@flexprice/contracts/wire'
import type { Scoped } from '@flexprice/database/connection'
import { errorKind, isCodedError } from '@flexprice/domain'
import type { Temporal } from '@flexprice/temporal-client'
import { furtherThan } from './progress-percent.ts'
import { workflowState } from './workflow-state.ts'

/** A run of a workflow as one listener sees it. */
export interface Watched {
  /** The newest state; it never lies behind an earlier one. */
  state(): WorkflowResultResponse
  /** Settles at least once a second, at once when there is news, and when the watch ends. */
  tick(): Promise<void>
  /** Nothing more will come: the process is to stop, or nobody listens. */
  isOver(): boolean
  /** Why the watch broke off. */
  failure(): unknown
  /** Once; who leaves last ends the watch. */
  leave(): void
}

export interface WorkflowWatches {
  /** @param first the run's state as its listener has just read it */
  join(scoped: Scoped, first: WorkflowResultResponse): Watched
  /** Runs that are watched now. */
  count(): number
}

interface Watch {
  readonly stop: () => void
  readonly watched: Omit<Watched, 'leave'>
  listeners: number
}

/** Asks after a run once a second, however many listen, and only as long as somebody does. */
export function createWorkflowWatches(
  temporal: Pick<Temporal, 'workflowResult'>,
  closing: AbortSignal,
): WorkflowWatches {
  const watches = new Map<string, Watch>()
  return {
    join(scoped, first) {
      const { tenantId, environmentId } = scoped.scope
      const key = JSON.stringify([tenantId, environmentId, first.workflow_id, first.run_id])
      const forget = (over: Watch): void => {
        if (watches.get(key) === over) watches.delete(key)
      }
      const watch = watches.get(key) ?? begin({ temporal, scoped, closing }, first, forget)
      watches.set(key, watch)
      watch.listeners++
      return {
        ...watch.watched,
        leave() {
          watch.listeners--
          if (watch.listeners > 0) return
          watch.stop()
          forget(watch)
        },
      }
    },
    count: () => watches.size,
  }
}

interface Means {
  readonly temporal: Pick<Temporal, 'workflowResult'>
  readonly scoped: Scoped
  readonly closing: AbortSignal
}

/** @param forget what is over is joined by nobody, though a slow listener may still hold it */
function begin(
  { closing, ...means }: Means,
  first: WorkflowResultResponse,
  forget: (over: Watch) => void,
): Watch {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  let state = first
  let isOver = false
  let failure: unknown
  let next = Promise.withResolvers<void>()
  const tick = (): void => {
    next.resolve()
    next = Promise.withResolvers()
  }
  const ticking = setInterval(tick, pollMs)
  if (closing.aborted) stop()
  closing.addEventListener('abort', stop, { once: true })
  const note = (newer: WorkflowResultResponse): void => {
    state = furtherThan(state, newer)
    tick()
  }
  const watched = {
    state: () => state,
    tick: () => next.promise,
    isOver: () => isOver,
    failure: () => failure,
  }
  const watch: Watch = { stop, watched, listeners: 0 }
  poll(means, { first, note, signal: stopping.signal })
    .catch((error: unknown) => {
      if (!stopping.signal.aborted) failure = error
    })
    .finally(() => {
      isOver = true
      clearInterval(ticking)
      closing.removeEventListener('abort', stop)
      forget(watch)
      tick()
    })
  return watch
}

/** Until the run has ended. A Temporal or a database that is away for a while ends no watch. */
async function poll(
  means: Omit<Means, 'closing'>,
  {
    first,
    note,
    signal,
  }: { first: WorkflowResultResponse; note: (newer: WorkflowResultResponse) => void; signal: AbortSignal },
): Promise<void> {
  const { workflow_id, run_id: runId } = first
  let answeredAt = performance.now()
  for (let { status } = first; status === 'Running' && !signal.aborted; ) {
    try {
      const newer = await workflowState(means, workflow_id, { runId, waitMs: pollMs, signal })
      answeredAt = performance.now()
      status = newer.status
      note(newer)
    } catch (error) {
      const isAway = isCodedError(error) && errorKind(error.code) === 'unavailable'
      if (!isAway || performance.now() - answeredAt > awayMsMax) throw error
      await sleep(pollMs, undefined, { signal })
    }
  }
}

const pollMs = 1_000
const awayMsMax = 60_000
