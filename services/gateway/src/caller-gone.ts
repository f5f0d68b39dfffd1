import type { FastifyReply } from 'fastify'

/**
 * Aborts when the caller has gone before the answer was sent, so that nothing is waited for in vain.
 * Not `request.signal`: that one aborts as soon as a body has been read.
 */
export function callerGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}
