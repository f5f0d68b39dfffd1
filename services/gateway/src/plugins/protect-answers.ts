import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

/**
 * Headers for whoever shows an answer in a browser: nothing is framed, guessed or run. What is shown once is kept by
 * nobody on the way. The page at `/docs` has a policy of its own, as it has scripts.
 */
export function protectAnswers(app: FastifyInstance): void {
  const headers = protectingHeaders()
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const shownOnce = request.routeOptions.config.operation?.replayWithout ?? []
    if (shownOnce.length > 0) reply.header('cache-control', 'no-store')
    done(null, payload)
  })
}

const protect = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  frameguard: { action: 'deny' },
})

/**
 * What the library sets, asked of it once, as it is the same for each answer: set by the library, past Fastify, they
 * cost an answer as much as to be written.
 */
function protectingHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const answer: Pick<ServerResponse, 'setHeader' | 'removeHeader'> = {
    setHeader(name, value) {
      headers[name.toLowerCase()] = String(value)
      // tidy: border — the library chains nothing.
      return this as ServerResponse
    },
    removeHeader() {},
  }
  // tidy: border — of a request and its answer the library only sets headers.
  protect({} as IncomingMessage, answer as ServerResponse, () => undefined)
  return headers
}
