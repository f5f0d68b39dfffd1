import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isOfEvents, type Load } from './shed-load.ts'
import { whenClosed } from './when-closed.ts'

/**
 * Each request takes a place among those of its key, from its head to its answer, and once its body is there one among
 * those that the process works on. Behind `authenticate`: wrong keys take none of either, so that however many come a
 * right one finds its place.
 */
export function takePlaces(app: FastifyInstance, { inFlight, atWork, entering }: Load): void {
  app.decorateRequest('leaveWork', null)
  const takePlace = (request: FastifyRequest, reply: FastifyReply): void => {
    if (isOfEvents(request) || request.leaveWork !== null) return
    const leave = atWork.take(keyOf(request), 1)
    request.leaveWork = leave
    whenClosed(reply, leave)
  }
  app.addHook('onRequest', (request, reply, done) => {
    request.leaveDoor?.()
    entering.note(keyOf(request))
    whenClosed(reply, inFlight.take(keyOf(request), 1))
    if (!hasBody(request)) takePlace(request, reply)
    done()
  })
  app.addHook('preValidation', (request, reply, done) => {
    takePlace(request, reply)
    done()
  })
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** From now on the request only waits for others, as for a workflow's end: somebody else can be worked on. */
export function leaveWork({ leaveWork }: FastifyRequest): void {
  leaveWork?.()
}

function keyOf({ limitedBy }: FastifyRequest): string {
  return limitedBy ?? ''
}
