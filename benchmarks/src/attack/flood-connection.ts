import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Told of each answer: its status, `none` where the connection ended without one, and how long it took. */
export type Tell = (status: string, ms: number) => void

/** An open connection over which nothing is asked as yet. */
export async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return socket.setEncoding('latin1')
}

/**
 * Asks again as soon as it is answered, until that time. As little as a client can do: what it costs to attack is not
 * to be what is measured.
 */
export function askOver(socket: Socket, endsAt: number, head: () => string, tell: Tell): Promise<void> {
  let askedAt = 0
  let text = ''
  const ask = () => {
    askedAt = performance.now()
    socket.write(head())
  }
  return new Promise((resolve) => {
    const end = () => {
      socket.removeAllListeners('close').destroy()
      resolve()
    }
    socket.on('error', () => undefined)
    socket.once('close', () => {
      tell('none', performance.now() - askedAt)
      resolve()
    })
    socket.on('data', (part: string) => {
      text += part
      if (!isWhole(text)) return
      const now = performance.now()
      tell(text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length), now - askedAt)
      text = ''
      if (now < endsAt) ask()
      else end()
    })
    ask()
  })
}

/** One answer with its length, which is all that comes over a connection that asks for one at a time. */
function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1]
  return text.length >= head + '\r\n\r\n'.length + Number(length ?? 0)
}
