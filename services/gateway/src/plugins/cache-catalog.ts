import { createCatalogAnswers, type Redis } from '@flexprice/cache'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
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
  const answers = createCatalogAnswers(redis)
  app.decorateRequest('catalogVersion', null)

  // Not `async`: the many requests that they do not concern go on at once, without a promise.
  app.addHook('preHandler', (request, reply, done) => {
    if (!redis.configured || request.routeOptions.config.operation?.catalog !== 'read') return done()
    answers.find(callerScope(request).environmentId, request.url).then(({ text, version }) => {
      request.catalogVersion = version ?? null
      if (text !== undefined) return sendText(reply, text)
      // Hooks that wait hand their own context on, not that of the request.
      return inContextOf(request, done)
    }, done)
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const { catalogVersion, routeOptions, scope, url } = request
    if (scope === null) return done(null, payload)
    const keeps =
      catalogVersion !== null &&
      reply.statusCode === 200 &&
      typeof payload === 'string' &&
      payload.length <= answerLengthMax
    // Nobody waits for it: the next lookup that finds nothing keeps its own.
    if (keeps) void answers.keep(scope.environmentId, url, payload, catalogVersion)
    if (routeOptions.config.operation?.catalog !== 'write') return done(null, payload)
    answers.forgetAll(scope.environmentId).then(() => done(null, payload), done)
  })
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .serializer((body: unknown) => String(body))
    .send(text)
}

const answerLengthMax = 256 * 1024
