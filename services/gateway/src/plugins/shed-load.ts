import underPressure from '@fastify/under-pressure'
import { CodedError } from '@flexprice/domain'
import type { Metrics } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'
import type { AppConfig } from '../config.ts'

/**
 * Beyond what the process can bear it answers 503 at once, before keys are looked up and bodies read: too many
 * requests in flight, or an event loop that comes late. Registered where the API is: health is asked and answered
 * whatever the load, as a process that is taken out of service, or killed, makes it worse for the others.
 */
export async function shedLoad(
  app: FastifyInstance,
  { metrics }: { readonly metrics: Metrics },
  {
    requestsInFlightMax,
    eventLoopDelayMsMax,
  }: Pick<AppConfig, 'requestsInFlightMax' | 'eventLoopDelayMsMax'>,
): Promise<void> {
  let inFlight = 0
  const shed = metrics.counter({
    name: 'http_requests_shed_total',
    help: 'Requests that were answered 503 as the process had too much to do, by what it had too much of',
    labels: ['reason'],
  })
  metrics.gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that are being worked on',
    collect: (gauge) => gauge.set(inFlight),
  })
  const overloaded = (reason: string): CodedError => {
    shed.inc({ reason })
    return new CodedError('overloaded', 'Too many requests are under way', { retryAfterMs })
  }
  app.addHook('onRequest', (_request, reply, done) => {
    if (inFlight >= requestsInFlightMax) return done(overloaded('requests'))
    inFlight += 1
    reply.raw.once('close', () => {
      inFlight -= 1
    })
    done()
  })
  let startedAt = Number.POSITIVE_INFINITY
  app.addHook('onReady', async () => {
    startedAt = performance.now()
  })
  await app.register(underPressure, {
    maxEventLoopDelay: eventLoopDelayMsMax,
    sampleInterval: sampleIntervalMs,
    pressureHandler: () => {
      if (performance.now() >= startedAt + startMs) throw overloaded('event-loop')
    },
  })
}

const sampleIntervalMs = 1_000
/** The first sample has what the loop was late with as the process began, and lasts until the next one. */
const startMs = 2 * sampleIntervalMs
const retryAfterMs = 1_000
