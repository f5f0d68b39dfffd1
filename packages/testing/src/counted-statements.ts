import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** A way to PostgreSQL that counts what is asked of it, whichever process, pool or connection asks. */
export interface CountedWay extends AsyncDisposable {
  /** The same URL by this way. */
  readonly url: string
  /** Each round trip with the statements that were sent in it: several where they were sent without waiting. */
  roundTrips(): readonly (readonly string[])[]
  /** Forgets those that were. */
  restart(): void
}

/** For connections without TLS, as those of the tests' own server. */
export async function startCountedWay(databaseUrl: string): Promise<CountedWay> {
  const target = new URL(databaseUrl)
  let trips: string[][] = []
  const server = createServer({ noDelay: true }, (incoming) => {
    const outgoing = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    const statements = createStatementReader()
    let isAnswered = true
    incoming.on('data', (chunk) => {
      const sent = statements(chunk)
      if (sent.length > 0 && isAnswered) trips.push([])
      if (sent.length > 0) isAnswered = false
      trips.at(-1)?.push(...sent)
    })
    outgoing.on('data', () => {
      isAnswered = true
    })
    incoming.pipe(outgoing).pipe(incoming)
    for (const socket of [incoming, outgoing]) {
      // A broken half breaks the other.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        incoming.destroy()
        outgoing.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The way has no port')
  const url = new URL(databaseUrl)
  url.port = String(address.port)
  return {
    url: url.href,
    roundTrips: () => trips,
    restart() {
      trips = []
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

const lengthBytes = 4

/** Reads the statements that a client sends (PostgreSQL's protocol, 53.7): by text, or by the name that they were given. */
function createStatementReader(): (chunk: Buffer) => string[] {
  const named = new Map<string, string>()
  let hasBegun = false
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const sent: string[] = []
    for (;;) {
      // The first message has no type.
      const typeBytes = hasBegun ? 1 : 0
      if (rest.length < typeBytes + lengthBytes) return sent
      const end = typeBytes + rest.readInt32BE(typeBytes)
      if (rest.length < end) return sent
      const type = hasBegun ? String.fromCharCode(rest[0] ?? 0) : ''
      const [first = '', second = ''] = rest.toString('utf8', typeBytes + lengthBytes, end).split('\0', 2)
      if (type === 'Q') sent.push(first)
      if (type === 'P') named.set(first, second)
      if (type === 'B') sent.push(named.get(second) ?? '')
      hasBegun = true
      rest = rest.subarray(end)
    }
  }
}
