import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Puts the ids by which a call is found, in logs and in Jaeger, on every answer. */
export function tagAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    const traceId = traceIdOf(request)
    if (traceId !== undefined) reply.header('x-trace-id', traceId)
    done()
  })
}

/** The caller's `X-Request-ID` if it is fit for logs and headers, else a new one. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && sane.test(given) ? given : `req_${randomUUID()}`
}

const sane = /^[\w.:/+=-]{1,128}$/

function traceIdOf(request: FastifyRequest): string | undefined {
  const { span } = request.opentelemetry()
  const traceId = span?.spanContext().traceId
  return traceId === undefined || /^0+$/.test(traceId) ? undefined : traceId
}
