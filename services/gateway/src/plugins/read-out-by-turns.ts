import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/**
 * Of a request that was refused before its body was read the rest is still to come, and is thrown away, as the connection
 * goes on behind it. Node reads all such connections at once, up to two megabytes of each in one turn of the event loop,
 * and takes one new connection a turn: while 150 bodies of 28 MB were thrown away, whoever came waited for seconds
 * (measured). They are read one after the other, each while something comes; until its turn a connection stands still.
 */
export function readOutByTurns(app: FastifyInstance): void {
  const waiting: IncomingMessage[] = []
  let isReading = false
  async function readAll(): Promise<void> {
    isReading = true
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      if (!(await readOut(request))) waiting.push(request)
    }
    isReading = false
  }
  /** Not before the next turn: as its answer ends Node sets the connection going. */
  function wait(request: IncomingMessage): void {
    request.socket.pause()
    waiting.push(request)
    if (!isReading) void readAll()
  }
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    // A request that was injected has no connection.
    if (!raw.complete && raw.socket instanceof Socket) setImmediate(() => wait(raw))
    done()
  })
}

const turnMs = 1_000
const lookMs = 5

/** @returns false where its turn is over, or nothing comes, before its end */
async function readOut(request: IncomingMessage): Promise<boolean> {
  const { socket } = request
  const isOver = () => request.complete || socket.destroyed
  const until = performance.now() + turnMs
  socket.resume()
  for (let read = -1; read !== socket.bytesRead && performance.now() < until; ) {
    read = socket.bytesRead
    await sleep(lookMs)
    if (isOver()) return true
  }
  socket.pause()
  return false
}
