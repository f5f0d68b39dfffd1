import type { FastifyReply } from 'fastify'

/** Does the work when the answer is over, whoever ended it: at once, where its caller has gone already. */
export function whenClosed({ raw }: FastifyReply, work: () => void): void {
  if (raw.closed) work()
  else raw.once('close', work)
}
