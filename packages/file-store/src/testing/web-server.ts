import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface WebServer extends AsyncDisposable {
  readonly url: string
  /** The ranges that were asked for, in order; an empty text where none was. */
  readonly asked: readonly string[]
}

/** A server of somebody else's, that answers as its test says. */
export async function startWebServer(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<WebServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.range ?? '')
    answer(request, response, asked.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/file.csv`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export interface ServedFile {
  readonly content: Buffer
  readonly etag?: string
  readonly knowsRanges?: boolean
  /** Of this answer's bytes, so many are sent before the connection breaks. */
  readonly breaksAfter?: number
}

/** As a plain web server answers for a file. */
export function serveFile(request: IncomingMessage, response: ServerResponse, file: ServedFile): void {
  const { content, etag, knowsRanges = true, breaksAfter } = file
  const from = knowsRanges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0
  const body = content.subarray(from)
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(etag && { etag }),
    ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  })
  if (breaksAfter === undefined) response.end(body)
  else response.write(body.subarray(0, breaksAfter), () => response.destroy())
}
