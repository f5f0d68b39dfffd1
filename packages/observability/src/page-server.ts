import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** Answers a GET. */
export type Page = (response: ServerResponse) => Promise<void> | void

export interface PageServerOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly host: string
  /** By their path. */
  readonly pages: Readonly<Record<string, Page>>
  readonly onFailure?: ((name: string, error: unknown) => void) | undefined
}

export interface PageServer extends AsyncDisposable {
  readonly port: number
  close(): Promise<void>
}

/** A few pages for the platform itself, which need no framework. Fails if the port is taken. */
export async function createPageServer(options: PageServerOptions): Promise<PageServer> {
  const server = createServer((request, response) => {
    answer(request, response, options.pages).catch((error: unknown) => {
      options.onFailure?.('page-server', error)
      response.destroy()
    })
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { port, close, [Symbol.asyncDispose]: close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Readonly<Record<string, Page>>,
): Promise<void> {
  const path = request.method === 'GET' ? request.url?.split('?', 1)[0] : undefined
  const page = path !== undefined && Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return sendJson(response, 404, { code: 'not_found', message: 'No such page' })
  await page(response)
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}
