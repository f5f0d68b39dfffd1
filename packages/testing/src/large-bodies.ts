import { connect } from 'node:net'

/**
 * Sends the same bulk of events, 28 MB of it, over a connection for each key, to its end whatever is answered meanwhile.
 *
 * @returns the status of each answer, `none` where there was none
 */
export async function sendLargeBodies(url: string, keys: readonly string[]): Promise<string[]> {
  const { hostname, port } = new URL(url)
  const body = largeBody()
  return Promise.all(
    keys.map(async (key) => {
      const socket = connect(Number(port), hostname)
      let answer = ''
      socket.on('error', () => undefined)
      socket.setEncoding('latin1').on('data', (text: string) => {
        answer += text
      })
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.write(
        `POST /v1/events/bulk HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${key}\r\n` +
          `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
      )
      socket.write(body)
      socket.once('data', () => socket.end())
      await closed
      return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none'
    }),
  )
}

/** A thousand events that are taken, in 28 MB. */
function largeBody(): Buffer {
  const padding = 'p'.repeat(2_000)
  const properties = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`p${index}`, padding]))
  const event = { event_name: 'n', external_customer_id: 'c', properties }
  return Buffer.from(JSON.stringify({ events: Array.from({ length: 1_000 }, () => event) }))
}
