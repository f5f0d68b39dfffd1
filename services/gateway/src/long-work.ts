import type { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** Work that stops where others may go on. */
export type Pieces<Result> = Generator<void, Result, void>

/**
 * Work that would hold the event loop for long, as a body of many megabytes: one piece at a time, however many such works
 * there are, with a rest before each, so that who asks for a record, or for the gateway's health, waits for a piece and
 * not for all. Whoever comes over a new connection takes several turns of the loop, of which each takes one: while
 * connections come the next piece waits, if not for long.
 */
export interface LongWork {
  /** The first piece is done at once: what has only one costs nothing more. */
  run<Result>(pieces: Pieces<Result>): Promise<Result>
}

/** @param server whose connections go before */
export function createLongWork(server: Pick<EventEmitter, 'on'>): LongWork {
  let last: Promise<unknown> = Promise.resolve()
  let connectedAt = Number.NEGATIVE_INFINITY
  server.on('connection', () => {
    connectedAt = performance.now()
  })
  async function rest(): Promise<void> {
    const until = performance.now() + restMsMax
    do await sleep(restMs)
    while (performance.now() - connectedAt < restMs && performance.now() < until)
  }
  return {
    async run(pieces) {
      let piece = pieces.next()
      if (piece.done === true) return piece.value
      // One work after the other: what each needs on its way is there once.
      const others = last.then(async () => {
        while (piece.done !== true) {
          await rest()
          piece = pieces.next()
        }
        return piece.value
      })
      // Not its value, which may be a body of many megabytes: it would be kept until the next work comes.
      last = others.then(forget, forget)
      return others
    },
  }
}

/** In which a question over a new connection is answered by and large. */
const restMs = 10
const restMsMax = 250
const forget = () => undefined

/** For work that is short after all. */
export function atOnce<Result>(pieces: Pieces<Result>): Result {
  let piece = pieces.next()
  while (piece.done !== true) piece = pieces.next()
  return piece.value
}
