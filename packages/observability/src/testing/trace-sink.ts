import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { decodeJaeger } from './decode-jaeger.ts'
import { decodeOtlp } from './decode-otlp.ts'
import type { DecodedSpan } from './decoded-span.ts'

export interface TraceSink extends AsyncDisposable {
  /** For JAEGER_ENDPOINT. */
  readonly jaegerEndpoint: string
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly otlpEndpoint: string
  /** All that has arrived, in order of arrival. Throws if anything came that could not be decoded. */
  spans(): readonly DecodedSpan[]
  /** Waits until what has arrived satisfies `enough`; fails after `timeoutMs` with the names of what has. */
  waitFor(
    enough: (spans: readonly DecodedSpan[]) => boolean,
    timeoutMs: number,
  ): Promise<readonly DecodedSpan[]>
  close(): Promise<void>
}

export type { DecodedSpan }

/**
 * A collector for tests: takes what the exporters really send, over both protocols, and decodes it.
 * Spans of other processes arrive too if they are given its endpoints.
 */
export async function startTraceSink(): Promise<TraceSink> {
  const received: DecodedSpan[] = []
  const failures: unknown[] = []
  const server = createServer((request, response) => {
    receive(request, response, received).catch((error: unknown) => {
      failures.push(error)
      response.writeHead(400).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The sink has no port')
  const origin = `http://127.0.0.1:${address.port}`

  const spans = () => {
    if (failures.length > 0) throw new AggregateError(failures, 'The sink was sent what it could not decode')
    return received
  }
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    jaegerEndpoint: `${origin}${jaegerPath}`,
    otlpEndpoint: origin,
    spans,
    waitFor: (enough, timeoutMs) => waitFor(spans, enough, timeoutMs),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const jaegerPath = '/api/traces'
const otlpPath = '/v1/traces'
const pollMs = 20

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  received: DecodedSpan[],
): Promise<void> {
  const raw = await buffer(request)
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
  const message = `${request.method} ${request.url} ${request.headers['content-type']}`
  switch (message) {
    case `POST ${jaegerPath} application/x-thrift`:
      received.push(...decodeJaeger(body))
      response.writeHead(202).end()
      return
    case `POST ${otlpPath} application/x-protobuf`:
      received.push(...decodeOtlp(body))
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
      return
    default:
      // Somebody who still asks for what had this port before.
      if (request.method === 'GET') return void response.writeHead(404).end()
      throw new Error(`No exporter sends this: ${message}`)
  }
}

async function waitFor(
  spans: () => readonly DecodedSpan[],
  enough: (spans: readonly DecodedSpan[]) => boolean,
  timeoutMs: number,
): Promise<readonly DecodedSpan[]> {
  const deadline = performance.now() + timeoutMs
  while (!enough(spans())) {
    if (performance.now() > deadline) {
      const names = spans().map((span) => `${span.service}: ${span.name}`)
      throw new Error(`Not the awaited spans within ${timeoutMs} ms, but ${names.join(', ') || 'none'}`)
    }
    await sleep(pollMs)
  }
  return spans()
}
