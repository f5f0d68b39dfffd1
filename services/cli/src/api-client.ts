import { errorResponse, type Operation, parseExactJson } from '@flexprice/contracts/wire'
import { CommandFailure, exitCodeOfStatus } from './command-failure.ts'
import type { ApiConfig } from './config.ts'
import { type ApiEvent, endedBySilence, eventsOf, eventsSilentMsMax } from './event-stream.ts'
import { exitCodes } from './exit-codes.ts'
import { fileContentType, type SentFile, sentFile } from './sent-file.ts'
import { unreachable } from './unreachable.ts'

/** The holder of an API key, over the public HTTP API. */
export interface ApiClient {
  /** Fails with a `CommandFailure` unless the answer is a success. */
  call(operation: Operation, request?: ApiRequest): Promise<ApiAnswer>
  /** Server-sent events until their end, whoever ends them. Fails as `call` does where they are not to be had. */
  listen(operation: Operation, request: ApiRequest): AsyncIterable<ApiEvent>
}

export interface ApiRequest {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Sent as JSON. */
  readonly body?: object | undefined
  /** Sent in its place: a file, as it is read. */
  readonly file?: SentFile | undefined
  /** Whatever text it is, as CSV: not parsed. */
  readonly takesText?: true
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Ends by its signal alone. */
  readonly isEndless?: true
}

export interface ApiAnswer {
  /** As it came, so that `--json` loses no digit. */
  readonly text: string
  readonly body: unknown
}

/** Longer than the gateway holds a request that waits for a result (at most 25 s unless it is told otherwise). */
const answerTimeoutMs = 60_000
/** As a gateway gives a file to arrive, unless it is told otherwise. */
const fileTimeoutMs = 3_600_000

export function createApiClient({ url, apiKey }: ApiConfig): ApiClient {
  // The contract's paths begin below /v1, so people give the address with it, too.
  const base = `${url.replace(/\/*(v1)?\/*$/, '')}/`
  return {
    async call(operation, request = {}) {
      const address = addressOf(base, operation, request)
      const response = await send(address, operation, request, apiKey)
      const text = await response.text().catch((error: unknown) => {
        throw away(base, error)
      })
      const body = parseOrUndefined(text)
      if (response.ok && (body !== undefined || request.takesText)) return { text, body }
      throw refusal(base, response, body)
    },
    async *listen(operation, request) {
      using silence = endedBySilence(eventsSilentMsMax)
      const signal = AbortSignal.any([silence.signal, ...(request.signal ? [request.signal] : [])])
      const response = await send(
        addressOf(base, operation, request),
        operation,
        { ...request, signal, isEndless: true },
        apiKey,
      )
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
      if (!response.ok || !isStream || response.body === null) {
        throw refusal(base, response, parseOrUndefined(await response.text()))
      }
      yield* eventsOf(response.body, silence)
    },
  }
}

function addressOf(base: string, { path }: Operation, { params = {}, query = {} }: ApiRequest): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const address = new URL(`v1${filled}`, base)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.set(name, value)
  }
  return address
}

async function send(address: URL, { method }: Operation, request: ApiRequest, apiKey: string) {
  const { body, headers, signal, file, isEndless } = request
  const timeout = isEndless ? [] : [AbortSignal.timeout(file === undefined ? answerTimeoutMs : fileTimeoutMs)]
  try {
    return await fetch(address, {
      method,
      headers: {
        'x-api-key': apiKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(file === undefined ? {} : { 'content-type': fileContentType }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: sentFile(file), duplex: 'half' }),
      // To follow one would hand the key to whoever is named in it.
      redirect: 'manual',
      signal: AbortSignal.any([...timeout, ...(signal === undefined ? [] : [signal])]),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw away(address.origin, error)
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch {
    return undefined
  }
}

function refusal(base: string, { status, headers }: Response, body: unknown): CommandFailure {
  const parsed = errorResponse.safeParse(body)
  if (!parsed.success) {
    const message = `${base} answered ${status}, but not as the API does`
    const exitCode = status >= 400 ? exitCodeOfStatus(status) : exitCodes.failed
    const hint = 'Is FLEXPRICE_URL (or --url) the address of the gateway itself?'
    return new CommandFailure({ exitCode, code: 'http_client_error', message, hint })
  }
  const { code, message, request_id: requestId } = parsed.data
  const { fields, ...details } = parsed.data.details ?? {}
  const retryAfter = headers.get('retry-after')
  return new CommandFailure({
    exitCode: exitCodeOfStatus(status),
    code,
    message,
    fields: fields && Object.entries(fields).map(([path, what]) => ({ path, message: what })),
    details,
    requestId,
    hint: retryAfter === null ? undefined : `Try again in ${retryAfter} s.`,
  })
}

function away(url: string, error: unknown): CommandFailure {
  const hint = 'Does it run, and is FLEXPRICE_URL (or --url) right?'
  return unreachable({ what: 'The gateway', url, timeoutMs: answerTimeoutMs, hint }, error)
}
