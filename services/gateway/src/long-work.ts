import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work that stops where others may go on. */
export type Pieces<Result> = Generator<void, Result, void>

/**
 * Work that would hold the event loop for long, as a body of many megabytes: one piece a turn of the loop, however many
 * such works there are, so that who asks for a record, or for the gateway's health, waits for a piece and not for all.
 */
export interface LongWork {
  /** The first piece is done at once: what has only one costs nothing more. */
  run<Result>(pieces: Pieces<Result>): Promise<Result>
}

export function createLongWork(): LongWork {
  let last: Promise<unknown> = Promise.resolve()
  const inItsTurn = <Value>(work: () => Value): Promise<Value> => {
    const turn = last.then(() => nextTurn()).then(work)
    // Not its value, which may be a body of many megabytes: it would be kept until the next work comes.
    last = turn.then(forget, forget)
    return turn
  }
  return {
    async run(pieces) {
      let piece = pieces.next()
      while (piece.done !== true) piece = await inItsTurn(() => pieces.next())
      return piece.value
    },
  }
}

const forget = () => undefined

/** For work that is short after all. */
export function atOnce<Result>(pieces: Pieces<Result>): Result {
  let piece = pieces.next()
  while (piece.done !== true) piece = pieces.next()
  return piece.value
}
