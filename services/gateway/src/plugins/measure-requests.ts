import type { FastifyInstance } from 'fastify'
import type { Dependencies } from '../dependencies.ts'

/** HTTP by route and status, and the state of the pool. No tenant is in any label. */
export function measureRequests(
  app: FastifyInstance,
  { metrics, database }: Pick<Dependencies, 'metrics' | 'database'>,
): void {
  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, by route and status',
    labels: ['method', 'route', 'status'],
  })
  metrics.gauge({
    name: 'database_connections',
    help: 'Connections of the pool, and who waits for one',
    labels: ['state'],
    collect: (gauge) => {
      for (const [state, count] of Object.entries(database.poolStats())) gauge.set({ state }, count)
    },
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const labels = { method, route: routeOptions.url ?? 'unknown', status: String(reply.statusCode) }
    duration.observe(labels, reply.elapsedTime / msPerSecond)
    done()
  })
}

const msPerSecond = 1_000
