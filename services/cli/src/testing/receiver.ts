import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/** Whoever is at the other end of the wire: it notes the request and answers as told. */
export async function startReceiver(answer: Answer) {
  const received: { url: string | undefined; headers: Record<string, unknown>; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    received.push({ url: request.url, headers: request.headers, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = z.object({ port: z.int() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${address.port}/behind/a/proxy`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Of an operation that has started a workflow. */
export const started = { status: 202, body: '{"workflow_id":"probe-import:env:p","run_id":"r"}' }
