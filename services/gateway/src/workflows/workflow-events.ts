import type { WorkflowResultResponse } from '@flexprice/contracts/wire'
import { progressPercent } from './progress-percent.ts'
import type { Watched } from './workflow-watches.ts'

/** What a listener has been told last, as `Last-Event-ID` says it. */
export interface LastEvent {
  readonly runId: string
  /** The result was told: there is nothing more. */
  readonly isEnd: boolean
  readonly percent: number
}

/**
 * A run's events as text/event-stream: `progress` at each change, at last `result`, a comment where nothing changes for
 * long, as proxies end what is silent. A listener that takes slowly is told the newest only.
 *
 * @param from percent that the listener has seen already, maybe from another gateway
 */
export async function* workflowEvents(
  watched: Watched,
  { from, gone }: { readonly from: number; readonly gone: AbortSignal },
): AsyncGenerator<string> {
  const beganAt = performance.now()
  let saidAt = beganAt
  let told = ''
  yield `retry: ${reconnectMs}\n\n`
  while (!gone.aborted) {
    const tick = watched.tick()
    const isOver = watched.isOver()
    const state = watched.state()
    const event = eventOf(state)
    const isBehind = state.status === 'Running' && progressPercent(state) < from
    const isSilent = performance.now() - saidAt >= silenceMsMax
    if (event !== told && !isBehind) {
      told = event
      saidAt = performance.now()
      yield event
    } else if (isSilent) {
      saidAt = performance.now()
      yield ': still running\n\n'
    }
    if (watched.failure() !== undefined) throw watched.failure()
    if (isOver || state.status !== 'Running' || performance.now() - beganAt > streamMsMax) return
    await tick
  }
}

function eventOf(state: WorkflowResultResponse): string {
  const [name, mark] =
    state.status === 'Running' ? (['progress', progressPercent(state)] as const) : (['result', end] as const)
  return `id: ${state.run_id}:${mark}\nevent: ${name}\ndata: ${JSON.stringify(state)}\n\n`
}

/** Undefined for what is none of our ids: the listener then begins anew. */
export function lastEvent(id: string | string[] | undefined): LastEvent | undefined {
  const [, runId, mark] = /^([\w-]{1,64}):(end|\d{1,3}(?:\.\d)?)$/.exec(String(id)) ?? []
  if (runId === undefined || mark === undefined) return undefined
  return { runId, isEnd: mark === end, percent: mark === end ? 0 : Number(mark) }
}

const end = 'end'
const reconnectMs = 2_000
const silenceMsMax = 15_000
/** A key that was taken away must not listen for ever; the listener comes again by itself. */
const streamMsMax = 15 * 60_000
