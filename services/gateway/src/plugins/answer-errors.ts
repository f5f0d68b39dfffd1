import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorAnswer, errorAnswer, errorBody, retryAfterSeconds } from './error-answer.ts'
import { inContextOf } from './trace-requests.ts'

/** Every failure is answered in the contract's form, and what is our own fault is logged, once, here. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    send(
      { status: 404, code: 'not_found', message: `${request.method} ${pathOf(request)} does not exist` },
      request,
      reply,
    ),
  )
}

/** For what fails before there is a route: a path that is no URL. */
export function answerFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id)
  send(errorAnswer(error), request, reply)
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = errorAnswer(error)
  inContextOf(request, () => logFailure(error, answer, request))
  return send(answer, request, reply)
}

/** A caller's mistakes show in the line of the request; they are no failures of ours. */
function logFailure(error: unknown, { status, code }: ErrorAnswer, request: FastifyRequest): void {
  if (status < 500) return
  const fields = { err: error, 'event.action': 'request-failed', 'error.code': code }
  if (code === 'internal_error') request.log.error(fields, 'The request failed')
  else request.log.warn(fields, 'A dependency is away')
}

function send(answer: ErrorAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const retryAfter = retryAfterSeconds(answer)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  // The form is not that of the route's own answers: past its serializer.
  return reply
    .code(answer.status)
    .type('application/json; charset=utf-8')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(errorBody(answer, request.id))
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url
}
