import { parseExactJson } from '@flexprice/contracts/wire'
import type { Database } from '@flexprice/database/connection'
import {
  beginIdempotentWork,
  type IdempotentWork,
  type RequestIdentity,
  type StoredAnswer,
} from '@flexprice/database/idempotency'
import { assert, CodedError } from '@flexprice/domain'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerScope } from './authenticate.ts'
import { inContextOf } from './trace-requests.ts'
import { createTurns } from './turns.ts'

/**
 * The promise of `Idempotency-Key`: the handler runs in one transaction that takes the key first and stores the
 * answer last, and commits before the answer is sent. So a crash at any moment leaves both or neither, and a
 * retry finds the answer. Only what went well is kept; a failure rolls back and can be tried again.
 * A request without the header pays nothing.
 */
export function answerOnce(
  app: FastifyInstance,
  { database }: { readonly database: Pick<Database, 'scoped'> },
): void {
  const turns = createTurns(waitMsMax)
  const ends = new WeakMap<IdempotentWork, () => void>()
  app.decorateRequest('idempotentWork', null)
  app.decorateRequest('afterCommit', null)

  /** The answer that the request has had already; undefined once it has its transaction. */
  async function begin(
    request: FastifyRequest,
    identity: RequestIdentity,
  ): Promise<StoredAnswer | undefined> {
    const scope = callerScope(request)
    // Those who wait in this process hold no connection meanwhile.
    const endTurn = await turns.take(`${scope.environmentId} ${identity.key}`)
    try {
      const begun = await beginIdempotentWork(database.scoped(scope), identity)
      if (begun.kind === 'replay') {
        endTurn()
        return begun.answer
      }
      request.idempotentWork = begun.work
      ends.set(begun.work, boundedTurn(begun.work, endTurn))
      return undefined
    } catch (error) {
      endTurn()
      throw error
    }
  }

  // Not `async`: the many requests that it does not concern go on at once, without a promise.
  app.addHook('preHandler', (request, reply, done) => {
    const { identity } = request
    if (identity === null || seesToItself(request)) return done()
    begin(request, identity).then((earlier) => {
      if (earlier !== undefined) return replay(reply, earlier)
      // Hooks that wait hand their own context on, not that of the request.
      return inContextOf(request, done)
    }, done)
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const work = request.idempotentWork
    if (work === null) return done(null, payload)
    request.idempotentWork = null
    finish(work, request, reply, payload)
      .finally(() => ends.get(work)?.())
      .then(() => done(null, payload), done)
  })
}

const prorating = z.looseObject({ proration_behavior: z.literal('create_prorations') })

/** Whether the operation keeps the promise by work of its own. */
function seesToItself({ routeOptions, body }: FastifyRequest): boolean {
  const idempotency = routeOptions.config.operation?.idempotency
  if (idempotency === 'own_with_prorations') return prorating.safeParse(body).success
  return idempotency === 'own'
}

/** As long as a lock may be waited for. */
const waitMsMax = 5_000
/** No handler takes so long; one that never answers must not keep its connection and its key. */
const workMsMax = 30_000
const answerBytesMax = 8 * 1024 * 1024

function boundedTurn(work: IdempotentWork, endTurn: () => void): () => void {
  const timer = setTimeout(() => {
    void work.rollback().catch(() => undefined)
    endTurn()
  }, workMsMax)
  return () => {
    clearTimeout(timer)
    endTurn()
  }
}

async function finish(
  work: IdempotentWork,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  try {
    if (reply.statusCode >= 400) return
    await work.commit({ status: reply.statusCode, body: keptBody(request, payload) })
    for (const notify of request.afterCommit ?? []) await notify()
  } finally {
    // Nothing to undo after the commit; a connection that broke was rolled back by the server.
    await work.rollback().catch(() => undefined)
  }
}

/** The answer as it is kept: without what is shown once. */
function keptBody({ routeOptions }: FastifyRequest, payload: unknown): string {
  const body = payload ?? ''
  assert(typeof body === 'string', 'an answer that is replayed is a text')
  if (Buffer.byteLength(body) > answerBytesMax) {
    throw new CodedError(
      'invalid_operation',
      'The answer is too large to be kept: send the request without Idempotency-Key, or ask for less',
    )
  }
  const hidden = routeOptions.config.operation?.replayWithout ?? []
  if (hidden.length === 0) return body
  const answer = parseExactJson(body)
  assert(typeof answer === 'object' && answer !== null, 'an answer with fields to hide is an object')
  return JSON.stringify(
    Object.fromEntries(Object.entries(answer).filter(([field]) => !hidden.includes(field))),
  )
}

function replay(reply: FastifyReply, { status, body }: StoredAnswer): FastifyReply {
  reply.code(status).header('idempotent-replayed', 'true')
  if (body === '') return reply.send()
  return reply
    .type('application/json; charset=utf-8')
    .serializer((text: unknown) => String(text))
    .send(body)
}
