import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect } from 'vitest'
import type { Caller } from './caller-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

/** A connection of one's own to the gateway: what no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket
  /** All that has come so far. */
  received(): string
  /** Waits until the answer's head is there. */
  answered(): Promise<string>
}

/** Listens, as injected requests have neither sockets nor bodies that arrive in parts. */
export async function listen({ app }: GatewayUnderTest): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The gateway has no port')
  return address.port
}

/** The head of a request and a part of its body; the rest of it never comes. */
export async function sendHead(
  port: number,
  { apiKey }: Pick<Caller, 'apiKey'>,
  request: string,
  headers: Readonly<Record<string, string | number>>,
  body = '',
): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let text = ''
  // A connection that the gateway ends is what some of these are for.
  socket.on('error', () => undefined)
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const all = { host: 'gateway', 'x-api-key': apiKey, 'content-type': 'application/json', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${request} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  return {
    socket,
    received: () => text,
    async answered() {
      await expect.poll(() => text, { timeout: 20_000 }).toContain('\r\n\r\n')
      return text
    },
  }
}
