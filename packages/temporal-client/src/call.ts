import type { Client } from '@temporalio/client'
import { translateError } from './translate-error.ts'

export const callTimeoutMs = 5_000

/**
 * One call to Temporal: under a deadline, as Temporal's client would otherwise wait for ever, given up
 * when the caller has gone, its failure translated into a coded error.
 */
export async function call<Answer>(
  client: Client,
  send: () => Promise<Answer>,
  { timeoutMs = callTimeoutMs, signal }: CallOptions = {},
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs
  try {
    return await client.withDeadline(deadline, () =>
      signal === undefined ? send() : client.withAbortSignal(signal, send),
    )
  } catch (error) {
    throw translateError(error)
  }
}

export interface CallOptions {
  readonly timeoutMs?: number
  /** The request's: a caller that has gone is not waited for. */
  readonly signal?: AbortSignal | undefined
}
