import type { FastifyInstance } from 'fastify'
import { inContextOf } from './trace-requests.ts'

/** One line a request, when it has been answered. Health is asked for too often to be worth one, as is what is shed. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url
    if (!request.isShed && (route === undefined || !quiet.has(route))) {
      const fields = {
        'event.action': 'request',
        'event.duration': Math.round(reply.elapsedTime * nanosecondsPerMs),
        'http.request.method': request.method,
        'http.response.status_code': reply.statusCode,
        'url.path': request.url.split('?', 1)[0],
        ...(route === undefined ? {} : { 'http.route': route }),
      }
      inContextOf(request, () => request.log.info(fields, 'Answered'))
    }
    done()
  })
}

const nanosecondsPerMs = 1_000_000
const quiet = new Set(['/health', '/health/live', '/health/ready'])
