import type { FastifyInstance } from 'fastify'

/**
 * What closing the app means to requests under way: they are answered, whoever only waits is told to
 * stop waiting by the signal, and their connections end with the answer, as an open one would keep the
 * process.
 *
 * @returns aborts when closing begins
 */
export function closeGracefully(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', (done) => {
    closing.abort()
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.signal.aborted) reply.header('connection', 'close')
    done()
  })
  return closing.signal
}
