import { createClient } from 'redis'

export type Client = ReturnType<typeof newClient>

/** One connection that is there again by itself whenever it was lost. */
export interface RedisConnection extends Disposable {
  readonly client: Client
  /** To be told of each command that failed, and why: some failures only end with the connection. */
  noteFailure(error: unknown): void
}

const connectTimeoutMs = 1_000
/** A connection on which nothing comes back for so long is given up, and a fresh one is tried. */
const silenceMsMax = 2_000
const pingIntervalMs = silenceMsMax / 2
const reconnectMsMax = 2_000

/** Connects in the background, for ever, and never throws. */
export function createRedisConnection(url: string, onError: (error: Error) => void): RedisConnection {
  const client = newClient(url)
  let heardAt = 0
  const hear = () => {
    heardAt = performance.now()
  }
  client.on('error', onError).on('ready', hear).on('ping-interval', hear)
  // It fails when the connection is closed meanwhile; all else was told as an event.
  const connect = () => void client.connect().catch(() => undefined)
  connect()
  return {
    client,
    noteFailure(error) {
      // Under load the socket is never idle, as commands are still written: pings tell whether anything comes back.
      const silent = performance.now() - heardAt > silenceMsMax
      // While a connection is being built up there is nothing to give up.
      if (!client.isReady || !(silent || isReadOnly(error))) return
      client.destroy()
      connect()
    },
    [Symbol.dispose]: () => client.destroy(),
  }
}

function newClient(url: string) {
  return createClient({
    url,
    socket: {
      connectTimeout: connectTimeoutMs,
      // Nothing in either direction: a greeting without an answer, or a ping while nobody asks for anything.
      socketTimeout: silenceMsMax,
      reconnectStrategy: (retries) => Math.min(2 ** Math.min(retries, 10) * 25, reconnectMsMax),
    },
    pingInterval: pingIntervalMs,
    // A command is answered soon or not at all: nothing is kept for a connection that is down, or sent twice.
    disableOfflineQueue: true,
    // The client's own would end once a command is sent: whoever sends one keeps the time.
    commandOptions: { timeout: 0 },
    // They would lengthen the times above while a cluster of Redis Enterprise moves.
    maintNotifications: 'disabled',
  })
}

/** After a failover the old primary refuses writes: the address may lead to the new one. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY')
}
