import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut: to the processes behind it, the server is then truly away. */
export interface TcpProxy extends AsyncDisposable {
  /** `host:port`; the same before and after a cut. */
  readonly address: string
  /** Breaks all connections, and refuses new ones until `mend`. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** Keeps all connections, and takes new ones, but passes nothing on any more until `mend`. */
  silence(): void
  /** Passes nothing on any more on the connections that are there; fresh ones work. */
  strand(): void
  /** Leads fresh connections to another server; those that are there stay where they are. */
  redirect(target: string): void
}

/** @param target `host:port` of the server */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  let destination = new URL(`tcp://${target}`)
  const sockets = new Set<Socket>()
  let silent = false
  const server = createServer((incoming) => {
    const outgoing = connect({ host: destination.hostname, port: Number(destination.port), noDelay: true })
    incoming.setNoDelay(true)
    if (!silent) {
      incoming.pipe(outgoing)
      outgoing.pipe(incoming)
    }
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      // A broken half breaks the other; the error itself is what was asked for.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        incoming.destroy()
        outgoing.destroy()
      })
    }
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port')
    return address.port
  }
  const cut = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }
  const strand = (): void => {
    for (const socket of sockets) socket.unpipe().pause()
  }
  const port = await listen(0)
  return {
    address: `127.0.0.1:${port}`,
    cut,
    async mend() {
      if (silent) await cut()
      silent = false
      await listen(port)
    },
    silence() {
      silent = true
      strand()
    },
    strand,
    redirect(to) {
      destination = new URL(`tcp://${to}`)
    },
    [Symbol.asyncDispose]: cut,
  }
}
