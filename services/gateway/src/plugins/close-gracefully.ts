import type { FastifyInstance } from 'fastify'

/**
 * What closing the app means to requests under way: they are answered, whoever only waits is told to
 * stop waiting by the signal, and their connections end with the answer, as an open one would keep the
 * process. Connections end so from the moment on at which the process is no longer ready: a request that is sent just
 * as the server closes its idle connection would be lost.
 *
 * @returns aborts when closing begins
 */
export function closeGracefully(app: FastifyInstance, isReady: () => boolean): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', (done) => {
    closing.abort()
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.signal.aborted || !isReady()) reply.header('connection', 'close')
    done()
  })
  return closing.signal
}
