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
  const answer = client.withDeadline(deadline, () =>
    signal === undefined ? send() : client.withAbortSignal(signal, send),
  )
  const pending = pendingCalls(client)
  pending.add(answer)
  try {
    return await answer
  } catch (error) {
    throw translateError(error)
  } finally {
    pending.delete(answer)
  }
}

/**
 * Until no call is under way. A connection must not be closed before: gRPC's next try would find it shut
 * down and throw where nobody can catch it. Bounded, as each call has a deadline.
 */
export async function callsSettled(client: Client): Promise<void> {
  await Promise.allSettled(pendingCalls(client))
}

const pendingByClient = new WeakMap<Client, Set<Promise<unknown>>>()

function pendingCalls(client: Client): Set<Promise<unknown>> {
  const pending = pendingByClient.get(client) ?? new Set()
  pendingByClient.set(client, pending)
  return pending
}

export interface CallOptions {
  readonly timeoutMs?: number
  /** The request's: a caller that has gone is not waited for. */
  readonly signal?: AbortSignal | undefined
}
