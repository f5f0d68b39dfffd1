import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

export interface ScriptedGateway extends AsyncDisposable {
  /** For commands over the API. */
  readonly environment: { readonly FLEXPRICE_URL: string; readonly FLEXPRICE_API_KEY: string }
  /** The paths that were asked for, in order, below `/v1`; with `@` and what a listener has seen already. */
  readonly asked: readonly string[]
}

/** A server that answers as its test says: what a gateway does that is older, or whose connections break. */
export async function startScriptedGateway(
  answer: (path: string, response: ServerResponse) => void,
): Promise<ScriptedGateway> {
  const asked: string[] = []
  const server = createServer(({ url = '', headers }, response) => {
    const path = url.replace(/^\/v1/, '').replace(/\?.*$/, '')
    const seen = headers['last-event-id']
    asked.push(seen === undefined ? path : `${path}@${seen}`)
    answer(path, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    environment: { FLEXPRICE_URL: `http://127.0.0.1:${port}`, FLEXPRICE_API_KEY: 'sk_test' },
    asked,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
