import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { AppConfig } from '../config.ts'

/**
 * How long a request may take to arrive, but for files, which are given longer by the server itself: whoever is too
 * slow is answered as the server would do it.
 */
export function limitArrival(
  app: FastifyInstance,
  { requestTimeoutMs }: Pick<AppConfig, 'requestTimeoutMs'>,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, raw } = request
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    if (hasBody && request.routeOptions.config.operation?.takesFile !== true) {
      const timer = setTimeout(() => {
        // A request that was injected has no connection to be ended.
        if (!(raw.socket instanceof Socket)) return
        const error = Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
        app.server.emit('clientError', error, raw.socket)
      }, requestTimeoutMs)
      const stop = (): void => clearTimeout(timer)
      raw.once('end', stop)
      raw.once('close', stop)
    }
    done()
  })
}
