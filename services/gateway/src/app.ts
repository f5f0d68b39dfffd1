import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { answerSerializerCompiler } from './answers/answer-serializer.ts'
import type { AppConfig } from './config.ts'
import type { Dependencies } from './dependencies.ts'
import { createLongWork } from './long-work.ts'
import { answerBrokenRequest, answerErrors, answerFrameworkError } from './plugins/answer-errors.ts'
import { answerOnce } from './plugins/answer-once.ts'
import { authenticate } from './plugins/authenticate.ts'
import { cacheCatalog } from './plugins/cache-catalog.ts'
import { closeGracefully } from './plugins/close-gracefully.ts'
import { fitRequestParts } from './plugins/fit-request-parts.ts'
import { ignoreUnknownFields } from './plugins/ignore-unknown-fields.ts'
import { limitArrival } from './plugins/limit-arrival.ts'
import { limitBodies } from './plugins/limit-bodies.ts'
import { logRequests } from './plugins/log-requests.ts'
import { makeEventMonths } from './plugins/make-event-months.ts'
import { measureQueues } from './plugins/measure-queues.ts'
import { measureRequests } from './plugins/measure-requests.ts'
import { noteKeyUses } from './plugins/note-key-uses.ts'
import { readPageCursors } from './plugins/page-cursors.ts'
import { parseJsonBodies } from './plugins/parse-json-bodies.ts'
import { protectAnswers } from './plugins/protect-answers.ts'
import { publishOpenApi } from './plugins/publish-open-api.ts'
import { purgeExpired } from './plugins/purge-expired.ts'
import { purgeFiles } from './plugins/purge-files.ts'
import { readOutByTurns } from './plugins/read-out-by-turns.ts'
import { refuseEncodings } from './plugins/refuse-encodings.ts'
import { reportHealth } from './plugins/report-health.ts'
import { identifyRequests } from './plugins/request-identity.ts'
import { shedLoad } from './plugins/shed-load.ts'
import { startWaitingImports } from './plugins/start-waiting-imports.ts'
import { requestId, tagAnswers } from './plugins/tag-answers.ts'
import { takeFiles } from './plugins/take-files.ts'
import { takePlaces } from './plugins/take-places.ts'
import { traceRequests } from './plugins/trace-requests.ts'
import './request-decoration.ts'
import { registerRoutes } from './routes.ts'

/** Of an operation that does not say that it takes more. */
const bodyBytesMax = 1024 * 1024
/** Workflow ids pass in a path. */
const pathParameterLengthMax = 512
const keepAliveTimeoutMs = 75_000

/**
 * The HTTP API as a Fastify app that does not listen yet: tests inject requests, `main.ts` listens.
 * Nothing is connected; a dependency that is away answers as 503.
 *
 * @param options.isReady false once the process is told to stop
 */
export async function createApp(
  deps: Dependencies,
  config: AppConfig,
  { isReady = () => true }: { readonly isReady?: () => boolean } = {},
): Promise<FastifyInstance> {
  const app = createServer(deps, config)
  const load = await shedLoad(app, deps, config, isReady)
  await traceRequests(app)
  tagAnswers(app)
  const closing = closeGracefully(app, isReady)
  limitArrival(app, config)
  readOutByTurns(app)
  logRequests(app)
  measureRequests(app, deps)
  measureQueues(deps)
  purgeExpired(app, deps)
  purgeFiles(app, deps, config)
  makeEventMonths(app, deps)
  startWaitingImports(app, deps)
  answerErrors(app)
  protectAnswers(app)
  const longWork = createLongWork(app.server)
  parseJsonBodies(app, longWork)
  await takeFiles(app)
  await publishOpenApi(app)
  reportHealth(app, deps, isReady)
  await app.register(
    async (v1) => {
      authenticate(v1, { ...deps, keyUses: noteKeyUses(v1, deps) }, config)
      takePlaces(v1, load)
      refuseEncodings(v1)
      limitBodies(v1, deps, config)
      fitRequestParts(v1)
      identifyRequests(v1)
      ignoreUnknownFields(v1, config)
      readPageCursors(v1)
      answerOnce(v1, deps)
      cacheCatalog(v1, deps)
      registerRoutes(v1.withTypeProvider<ZodTypeProvider>(), { ...deps, longWork }, config, closing)
    },
    { prefix: '/v1' },
  )
  return app
}

function createServer({ logger }: Pick<Dependencies, 'logger'>, config: AppConfig): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger
  const app: FastifyInstance = Fastify({
    loggerInstance,
    // One line a request, by `logRequests`; failures by `answerErrors`.
    logController: new LogController({ disableRequestLogging: true }),
    // Ids come by the work context; a child's bindings would write them a second time.
    childLoggerFactory: (logger) => logger,
    genReqId: requestId,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: pathParameterLengthMax },
    // For a file to arrive; other requests have their own, shorter time (`limitArrival`). What a handler waits for
    // has limits, too: statements, locks, Temporal, `wait`.
    requestTimeout: config.fileUploadTimeoutMs,
    http: { headersTimeout: config.requestTimeoutMs },
    keepAliveTimeout: keepAliveTimeoutMs,
    trustProxy: (_address, hop) => hop < config.trustedProxies,
    // The load balancer learns of the end by /health/ready; until then its requests are served.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerBrokenRequest,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(answerSerializerCompiler)
  return app
}
