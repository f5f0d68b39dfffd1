import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { errorKind, isInternal } from '@flexprice/domain'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { allowedMethods } from './allowed-methods.ts'
import { type ErrorAnswer, errorAnswer, errorBody, retryAfterSeconds } from './error-answer.ts'
import { nameMissing } from './name-missing.ts'
import { inContextOf } from './trace-requests.ts'

/** Every failure is answered in the contract's form, and what is our own fault is logged, once, here. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply))
  const methodsOf = allowedMethods(app)
  app.setNotFoundHandler((request, reply) => {
    const { method } = request
    const path = pathOf(request)
    const allowed = methodsOf(path)
    if (allowed.length === 0) {
      return send(
        { status: 404, code: 'not_found', message: `${method} ${path} does not exist` },
        request,
        reply,
      )
    }
    reply.header('allow', allowed.join(', '))
    const message = `${path} takes ${allowed.join(', ')}, not ${method}`
    return send({ status: 405, code: 'validation_error', message }, request, reply)
  })
}

/** For what fails before there is a route: a path that is no URL. */
export function answerFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id)
  send(errorAnswer(error), request, reply)
}

/** For what Node's HTTP parser refuses, before there is a request: no hook sees it, and no id was given. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // The caller has gone, or a part of an answer is on its way: nothing can be said any more.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const id = `req_${randomUUID()}`
  const message = brokenRequests[error.code ?? ''] ?? 'The request is not valid HTTP'
  const body = JSON.stringify(errorBody({ status: 400, code: 'validation_error', message }, id))
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${id}\r\n\r\n${body}`,
  )
}

const brokenRequests: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The path or the headers are too long',
  HPE_INVALID_METHOD: 'The method does not exist',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time',
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (hasHungUp(error, request)) return reply.code(callerGoneStatus).send()
  const answer = nameMissing(errorAnswer(error), request)
  inContextOf(request, () => logFailure(error, answer, request))
  return send(answer, request, reply)
}

/** Nobody reads it: it is for the line of the request, as nginx writes it. */
const callerGoneStatus = 499

/** The body ended before its end, or what was waited for was given up for that reason: not a failure of ours. */
function hasHungUp(error: unknown, { raw }: FastifyRequest): boolean {
  if (!raw.socket.destroyed || !(error instanceof Error)) return false
  return error.name === 'AbortError' || ('code' in error && hangUps.has(error.code))
}

const hangUps = new Set<unknown>(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE', 'ABORT_ERR'])

/** A caller's mistakes show in the line of the request; they are no failures of ours. */
function logFailure(error: unknown, { status, code }: ErrorAnswer, request: FastifyRequest): void {
  // Who is flooded does not write a stack for each: the requests' lines tell, and a counter.
  if (status < 500 || code === 'overloaded') return
  const fields = { err: error, 'event.action': 'request-failed', 'error.code': code }
  if (isInternal(errorKind(code))) request.log.error(fields, 'The request failed')
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
