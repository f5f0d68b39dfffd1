import type { Metrics } from '@flexprice/observability'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppConfig } from '../config.ts'
import { eventsAtMost } from '../events/events-at-most.ts'
import { collectGarbage, createRemains } from './collect-garbage.ts'
import { createShares } from './shares.ts'
import { whenClosed } from './when-closed.ts'

/**
 * Large bodies are read only while there is room for them, by key and in all; who comes beyond that is told at once
 * when to try again, and nothing of the body is kept. Behind `authenticate`: without a key no body is read. Small
 * bodies pass: there are no more of them than requests in flight, and a key with large ones must not shut them out.
 */
export function limitBodies(
  app: FastifyInstance,
  { metrics }: { readonly metrics: Metrics },
  { bodyBytesInFlightMax }: Pick<AppConfig, 'bodyBytesInFlightMax'>,
): void {
  const budget = createShares({
    of: 'bytes',
    max: bodyBytesInFlightMax,
    perKeyMax: Math.ceil(bodyBytesInFlightMax / keysAtLeast),
  })
  const remains = createRemains(collectGarbage)
  metrics.gauge({
    name: 'http_body_bytes_in_flight',
    help: 'Bytes set aside for large bodies that are being read or worked on',
    collect: (gauge) => gauge.set(budget.taken()),
  })
  app.addHook('onRequest', (request, reply, done) => {
    const bytes = expectedBytes(request)
    // A file is handed on as it comes, and there is a limit of its own to how many come at once.
    const isFile = request.routeOptions.config.operation?.takesFile === true
    if (isFile || bytes <= smallBytesMax) return done()
    const giveBack = budget.take(request.limitedBy ?? '', bytes)
    remains.began()
    // A caller that hangs up closes the answer, too, and may have done so while its key was looked up.
    whenClosed(reply, () => {
      giveBack()
      remains.ended(bytes, budget.taken() === 0)
    })
    done()
  })
}

/** So many keys can send all that they may at once. */
const keysAtLeast = 2
const smallBytesMax = 64 * 1024

/** What the body may hold at the most: its length, if it says one, and never more than the route reads. */
function expectedBytes(request: FastifyRequest): number {
  const { headers, routeOptions } = request
  const { bodyLimit, config } = routeOptions
  if (headers['transfer-encoding'] !== undefined) return bodyLimit
  const bytes = Math.min(Number(headers['content-length'] ?? 0), bodyLimit)
  const { limit, body } = config.operation ?? {}
  return limit === 'events' && body === 'large'
    ? Math.max(bytes, eventsAtMost(request) * bytesAnEvent)
    : bytes
}

/** An event is some 450 bytes of memory, however short it is (measured), and memory is five times what is set aside. */
const bytesAnEvent = 100
