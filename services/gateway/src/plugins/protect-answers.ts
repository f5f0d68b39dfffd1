import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/**
 * Headers for whoever shows an answer in a browser: nothing is framed, guessed or run. What is shown once is kept by
 * nobody on the way. The page at `/docs` has a policy of its own, as it has scripts.
 */
export async function protectAnswers(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    frameguard: { action: 'deny' },
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const shownOnce = request.routeOptions.config.operation?.replayWithout ?? []
    if (shownOnce.length > 0) reply.header('cache-control', 'no-store')
    done(null, payload)
  })
}
