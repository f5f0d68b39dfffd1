import { Readable } from 'node:stream'
import { streamWorkflowEvents } from '@flexprice/contracts/operations'
import type { FastifyReply } from 'fastify'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { leaveWork } from '../plugins/take-places.ts'
import { type Api, routeOf } from '../route.ts'
import { createStreamBudget } from './stream-budget.ts'
import { lastEvent, workflowEvents } from './workflow-events.ts'
import { workflowState } from './workflow-state.ts'
import { createWorkflowWatches } from './workflow-watches.ts'

/** @param closing aborts when the process is to stop: streams end, and their listeners come again elsewhere */
export function streamWorkflowEventsRoute(
  api: Api,
  { database, temporal, metrics }: Pick<Dependencies, 'database' | 'temporal' | 'metrics'>,
  { requestsInFlightMax }: Pick<AppConfig, 'requestsInFlightMax'>,
  closing: AbortSignal,
): void {
  // A stream is a request in flight for long: half of them stay free for others.
  const streams = createStreamBudget({ perKeyMax: 20, max: Math.floor(requestsInFlightMax / 2) })
  const watches = createWorkflowWatches(temporal, closing)
  metrics.gauge({
    name: 'workflow_event_streams',
    help: 'Streams of workflow events that are open',
    collect: (gauge) => gauge.set(streams.taken()),
  })
  metrics.gauge({
    name: 'workflows_watched',
    help: 'Workflow runs that are asked after for the listeners of such streams',
    collect: (gauge) => gauge.set(watches.count()),
  })
  api.route({
    ...routeOf(streamWorkflowEvents),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const gone = answerClosed(reply)
      onAbort(gone, streams.take(request.limitedBy ?? ''))
      const last = lastEvent(request.headers['last-event-id'])
      const runId = request.query.run_id ?? last?.runId
      const first = await workflowState({ temporal, scoped }, request.params.workflow_id, { runId })
      // To an EventSource it means: do not come again.
      const hasSeenAll = last?.isEnd === true && last.runId === first.run_id
      if (hasSeenAll) return reply.code(204).send()
      const watched = watches.join(scoped, first)
      onAbort(gone, watched.leave)
      leaveWork(request)
      const from = last?.runId === first.run_id ? last.percent : 0
      return reply.headers(streamHeaders).send(Readable.from(workflowEvents(watched, { from, gone })))
    },
  })
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies hand each event on at once.
  'x-accel-buffering': 'no',
  // Kept open after its end it would hold up a process that stops.
  connection: 'close',
}

/** Aborts when the answer is over, whoever ended it. */
function answerClosed({ raw }: FastifyReply): AbortSignal {
  const closed = new AbortController()
  if (raw.closed) closed.abort()
  else raw.once('close', () => closed.abort())
  return closed.signal
}

function onAbort(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) work()
  else signal.addEventListener('abort', work, { once: true })
}
