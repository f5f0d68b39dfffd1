import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import underPressure from '@fastify/under-pressure'
import type { Metrics } from '@flexprice/observability'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppConfig } from '../config.ts'
import { createEntering, type Entering } from './entering.ts'
import { errorBody } from './error-answer.ts'
import { createFlood } from './flood.ts'
import { createShares, type Shares } from './shares.ts'

type LoadLimits = Pick<AppConfig, 'requestsInFlightMax' | 'requestsAtWorkMax' | 'eventLoopDelayMsMax'>

/** What is under way, as the door and `takePlaces` count it. */
export interface Load {
  /** Requests that the process works on, and not those that only wait. */
  readonly atWork: Shares
  /** Of a key as well: those that arrive, work and wait. */
  readonly inFlight: Shares
  /** Keys that were right lately: of theirs so many are under way to a place as well. */
  readonly entering: Entering
}

/**
 * The door: beyond what the process can bear a request is answered 503 at once, before it is traced, its key looked up or
 * its body read: too many in flight or at work, or an event loop that comes late. So refusing costs next to nothing, and
 * what was let in is done in the time that it takes. To be registered before all hooks. Health is asked and answered
 * whatever the load, as a process that is taken out of service, or killed, makes it worse for the others.
 */
export async function shedLoad(
  app: FastifyInstance,
  { metrics }: { readonly metrics: Metrics },
  config: LoadLimits,
  isReady: () => boolean,
): Promise<Load> {
  const load = createLoad(config)
  let inFlight = 0
  let startedAt = Number.POSITIVE_INFINITY
  const shed = measureLoad(metrics, load, () => inFlight)
  const flood = createFlood()
  const places = (atMs: number): number =>
    flood.isOn(atMs) ? Math.ceil(config.requestsAtWorkMax / lessInFlood) : config.requestsAtWorkMax
  const reasonToRefuse = (request: FastifyRequest, atMs: number): string | undefined => {
    if (inFlight >= config.requestsInFlightMax) return 'requests'
    if (!isOfEvents(request) && load.atWork.taken() + load.entering.count() >= places(atMs)) return 'work'
    return atMs >= startedAt + startMs && app.isUnderPressure() ? 'event-loop' : undefined
  }
  app.decorateRequest('isShed', false)
  app.decorateRequest('leaveDoor', null)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.url.startsWith('/v1')) return done()
    const atMs = performance.now()
    const reason = reasonToRefuse(request, atMs)
    flood.note(reason === undefined ? 'let-in' : 'refused', atMs)
    if (reason !== undefined) {
      shed.inc({ reason })
      request.isShed = true
      reply.hijack()
      const answer = () => refuse(request, reply, isReady())
      return flood.isOn(atMs) ? hold(request.raw, answer) : answer()
    }
    inFlight += 1
    const arrived = isOfEvents(request) ? undefined : load.entering.enter(request.headers['x-api-key'])
    request.leaveDoor = arrived ?? null
    reply.raw.once('close', () => {
      inFlight -= 1
      arrived?.()
    })
    done()
  })
  app.addHook('onReady', async () => {
    startedAt = performance.now()
  })
  await app.register(underPressure, {
    maxEventLoopDelay: config.eventLoopDelayMsMax,
    sampleInterval: sampleIntervalMs,
    // The door has decided.
    pressureHandler: () => undefined,
  })
  return load
}

const sampleIntervalMs = 1_000
/** The first sample has what the loop was late with as the process began, and lasts until the next one. */
const startMs = 2 * sampleIntervalMs

function createLoad({ requestsInFlightMax, requestsAtWorkMax }: LoadLimits): Load {
  return {
    entering: createEntering(),
    atWork: createShares({
      of: 'requests',
      max: requestsAtWorkMax,
      perKeyMax: Math.ceil(requestsAtWorkMax * partOfKeyAtWork),
    }),
    inFlight: createShares({
      of: 'requests',
      max: requestsInFlightMax,
      perKeyMax: Math.ceil(requestsInFlightMax * partOfKeyInFlight),
    }),
  }
}

/** Refusing takes a part of the process then, and what is let in has to be done in the time that it takes all the same. */
const lessInFlood = 4

/** Most gateways have one key that does most; and there is always a place for another. */
const partOfKeyAtWork = 0.75
const partOfKeyInFlight = 0.5

function measureLoad(metrics: Metrics, { atWork }: Load, inFlight: () => number) {
  metrics.gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that are not answered as yet',
    collect: (gauge) => gauge.set(inFlight()),
  })
  metrics.gauge({
    name: 'http_requests_at_work',
    help: 'Requests that are being worked on, and do not only arrive or wait',
    collect: (gauge) => gauge.set(atWork.taken()),
  })
  return metrics.counter({
    name: 'http_requests_shed_total',
    help: 'Requests that were answered 503 as the process had too much to do, by what it had too much of',
    labels: ['reason'],
  })
}

/** Usage events have a line of their own, whose memory is bounded (`intakeLimits`). */
export function isOfEvents({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.operation?.limit === 'events'
}

/** Past all hooks but those that measure: who is flooded does not trace or log each. */
function refuse(request: FastifyRequest, reply: FastifyReply, keepsConnection: boolean): void {
  if (reply.raw.destroyed) return
  const body = JSON.stringify(errorBody(overloaded, request.id))
  reply.raw
    .writeHead(overloaded.status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'retry-after': '1',
      'x-request-id': request.id,
      ...(keepsConnection ? {} : { connection: 'close' }),
    })
    .end(body)
}

/**
 * It is answered a moment later, and nothing else of its connection is read until then: who comes again at once, whatever it
 * was told, takes the time of those that were let in. The next request of the connection, which may be somebody
 * else's behind a load balancer, does not wait.
 */
function hold({ socket }: IncomingMessage, answer: () => void): void {
  // A request that was injected has no connection.
  const isConnection = socket instanceof Socket
  // Not before: the end of a request sets its connection going again.
  if (isConnection) setImmediate(() => socket.pause())
  setTimeout(() => {
    answer()
    if (isConnection) socket.resume()
  }, holdMs)
}

const holdMs = 100

const overloaded = { status: 503, code: 'overloaded', message: 'Too many requests are under way' } as const
