import type { z } from 'zod'

/** One call of the HTTP API: what the gateway serves, OpenAPI describes and the contract test compares. */
export interface Operation<Schema extends OperationSchema = OperationSchema> {
  readonly operationId: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/v1`, with `{name}` for a parameter, as the published contract writes it. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  /** The parts of a request and, by status, the answers; the keys are those of a route's schema. */
  readonly schema: Schema
  /**
   * How a request that may change something keeps the promise of `Idempotency-Key`. `transaction`, unless said otherwise: the handler runs in
   * one database transaction that also stores the answer. `own`: the operation waits for a workflow, holds no
   * transaction, and sees to it itself by the key and the request's fingerprint. `own_with_prorations`: so where its body
   * asks for prorations, which a workflow makes; in one transaction where it does not.
   */
  readonly idempotency?: 'transaction' | 'own' | 'own_with_prorations'
  /**
   * `read`: the answer is made of catalog records alone, and may come from a cache. `write`: it may change such records,
   * so cached answers are void afterwards.
   */
  readonly catalog?: 'read' | 'write'
  /** `events`: counts against the key's limit of events, each event once, and not against that of requests. */
  readonly limit?: 'events'
  /** `large`: a list of many, of up to `largeBodyBytesMax`; every other body is 1 MiB at the most. */
  readonly body?: 'large'
  /** The body is multipart/form-data with a file, which is read as it comes and may take longer than other requests. */
  readonly takesFile?: true
  /** Fields of the answer that are shown once and never kept: a replay comes without them. */
  readonly replayWithout?: readonly string[]
}

export const largeBodyBytesMax = 32 * 1024 * 1024

export interface OperationSchema {
  readonly params?: z.ZodObject
  readonly querystring?: z.ZodType
  readonly body?: z.ZodType
  readonly response: Readonly<Record<number, z.ZodType>>
}

export function operation<const Schema extends OperationSchema>(
  definition: Operation<Schema>,
): Operation<Schema> {
  return Object.freeze(definition)
}
