import { FastifyOtelInstrumentation } from '@fastify/otel'
import { redactText, runInWorkContext } from '@flexprice/observability'
import { context } from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * One server span a request, below the caller's `traceparent` if there is one, and the request's ids
 * on every log line. Health is asked for every few seconds and would drown all else in
 * Jaeger, so it has no span.
 */
export async function traceRequests(app: FastifyInstance): Promise<void> {
  const instrumentation = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    instrumentHandler: false,
    // The error goes to the log, redacted, under the same ids.
    recordExceptions: false,
    ignorePaths: ({ url }) => unobserved.some((path) => url === path || url.startsWith(`${path}/`)),
    requestHook: (span, { method, url, routeOptions }) => {
      // Nobody will see it.
      if (!span.isRecording()) return
      // By itself it has the query, too, and what the log has not.
      span.setAttribute('url.path', redactText(url.split('?', 1)[0] ?? ''))
      span.updateName(`${method} ${routeOptions.url ?? 'unknown'}`)
    },
  })
  await app.register(instrumentation.plugin())
  app.decorateRequest('workContext', null)
  app.addHook('onRequest', (request, _reply, done) => inContextOf(request, done))
  // Reading a body loses the context: its events come from the socket.
  app.addHook('preValidation', (request, _reply, done) => inContextOf(request, done))
}

/** Runs work that belongs to the request inside its trace and with its ids on every log line. */
export function inContextOf<Result>(request: FastifyRequest, work: () => Result): Result {
  const active = request.opentelemetry().context ?? context.active()
  return context.with(active, () => runInWorkContext({ requestId: request.id, ...request.workContext }, work))
}

const unobserved = ['/health', '/docs']
