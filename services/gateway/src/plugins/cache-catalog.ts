import { createVersionedCache, type Redis } from '@flexprice/cache'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { callerScope } from './authenticate.ts'
import { inContextOf } from './trace-requests.ts'

/** The answer is made of what others than the gateway may change, too: it is not kept. */
export function keepOutOfCache(request: FastifyRequest): void {
  request.catalogVersion = null
}

/**
 * Answers of operations that read the catalog (`catalog: 'read'`) come from Redis until any operation of the
 * environment changes it (`catalog: 'write'`), in whichever gateway. Registered behind `answerOnce`, whose
 * transaction is committed by then.
 */
export function cacheCatalog(app: FastifyInstance, { redis }: { readonly redis: Redis }): void {
  const answers = createVersionedCache(redis, { name: 'catalog', ttlMs: answerMs })
  app.decorateRequest('catalogVersion', null)

  app.addHook('preHandler', async (request, reply) => {
    if (!redis.configured || request.routeOptions.config.operation?.catalog !== 'read') return
    const { text, version } = await answers.find(callerScope(request).environmentId, request.url)
    request.catalogVersion = version ?? null
    if (text === undefined) return
    return reply
      .type('application/json; charset=utf-8')
      .serializer((body: unknown) => String(body))
      .send(text)
  })
  // Hooks that wait hand their own context on, not that of the request.
  app.addHook('preHandler', (request, _reply, done) => inContextOf(request, done))

  app.addHook('onSend', async (request, reply, payload) => {
    const { catalogVersion, routeOptions, scope, url } = request
    if (scope === null) return payload
    if (routeOptions.config.operation?.catalog === 'write') await answers.forgetAll(scope.environmentId)
    const keeps =
      catalogVersion !== null &&
      reply.statusCode === 200 &&
      typeof payload === 'string' &&
      payload.length <= answerLengthMax
    // Nobody waits for it: the next lookup that finds nothing keeps its own.
    if (keeps) void answers.keep(scope.environmentId, url, payload, catalogVersion)
    return payload
  })
}

/** A change of which Redis was never told is seen within this. */
const answerMs = 30_000
const answerLengthMax = 256 * 1024
