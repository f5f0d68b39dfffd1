import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Processes } from './processes.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Request {
  readonly method: Method
  readonly path: string
  readonly body?: object
  /** Under it the work is done once, however often it is asked for. */
  readonly key?: string
  /** Of what was started by a try that had no answer: a conflict with it is over when it is. */
  readonly mayConflict?: boolean
}

/** The holder of a key. Answers with the body. @throws what the product refuses with */
export type Ask = (request: Request) => Promise<unknown>

/** How long a caller goes on asking while something is away; on a machine that is busy with others a start takes minutes. */
const patienceMs = 600_000
const pauseMs = 150
const answerTimeoutMs = 60_000

/**
 * Asks the gateway as a good client does: again, under the same key, until it is answered.
 *
 * @param logOf what the gateway has logged of a request: an internal error says nothing else
 */
export function createAsk(
  { gatewayUrl, logOf }: Pick<Processes, 'gatewayUrl' | 'logOf'>,
  apiKey: string,
): Ask {
  return async (request) => {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const answer = await ask(gatewayUrl, apiKey, request).catch(String)
      if (typeof answer !== 'string' && answer.status < 300) return answer.body
      if (isPassing(answer, request) && performance.now() < deadline) {
        await sleep(pauseMs)
        continue
      }
      const { method, path } = request
      if (typeof answer === 'string') throw new Error(`${method} ${path}: ${answer}`)
      const log = answer.status >= 500 ? logOf(requestIdOf(answer)) : []
      throw new Error([`${method} ${path}: ${JSON.stringify(answer)}`, ...log].join('\n'))
    }
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function ask(gatewayUrl: string, apiKey: string, request: Request): Promise<Answer> {
  const { method, path, body, key } = request
  const response = await fetch(`${gatewayUrl}/v1${path}`, {
    method,
    headers: {
      'x-api-key': apiKey,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerTimeoutMs),
  })
  // What is taken back is answered without a body.
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

function requestIdOf({ body }: Answer): string {
  return failure.safeParse(body).data?.request_id ?? ''
}

const failure = z.looseObject({ request_id: z.string() })

/** No answer at all, or one that says that another try may have one. */
function isPassing(answer: Answer | string, { mayConflict }: Request): boolean {
  if (typeof answer === 'string') return true
  return answer.status === 429 || answer.status === 503 || (answer.status === 409 && mayConflict === true)
}
