/**
 * The one table of expected failures: code → kind and title. The kind alone decides the HTTP status
 * and whether a retry can help. `wireCode` is the published contract's code where ours is finer.
 * Source: architecture page, "Errors"; codes from the contract's `ErrorCode`.
 */
export const errorCodes = {
  validation_error: { kind: 'invalid', title: 'The request is not valid' },
  unsupported_media_type: {
    kind: 'unsupported',
    title: 'The body is in a form that is not read',
    wireCode: 'validation_error',
  },
  not_implemented: { kind: 'invalid', title: 'Not implemented' },
  unauthenticated: {
    kind: 'unauthenticated',
    title: 'The API key is missing or not valid',
    wireCode: 'permission_denied',
  },
  permission_denied: { kind: 'forbidden', title: 'Not allowed' },
  not_found: { kind: 'not_found', title: 'Not found' },
  already_exists: { kind: 'conflict', title: 'It exists already' },
  version_conflict: { kind: 'conflict', title: 'It was changed meanwhile' },
  invalid_operation: { kind: 'invalid', title: 'Not possible in the present state' },
  /** As invalid_operation, where another act at another time would be possible: 409. */
  state_conflict: {
    kind: 'conflict',
    title: 'Not possible in the present state',
    wireCode: 'invalid_operation',
  },
  in_use: { kind: 'conflict', title: 'It is in use', wireCode: 'already_exists' },
  key_reused: {
    kind: 'conflict',
    title: 'The Idempotency-Key was used for another request',
    wireCode: 'already_exists',
  },
  too_many_requests: { kind: 'rate_limited', title: 'Too many requests' },
  service_unavailable: { kind: 'unavailable', title: 'Temporarily unavailable' },
  /** The process itself has too much to do: nothing that it needs is away. */
  overloaded: {
    kind: 'unavailable',
    title: 'Temporarily unavailable',
    wireCode: 'service_unavailable',
  },
  database_error: {
    kind: 'unavailable',
    title: 'The database cannot be reached',
    wireCode: 'service_unavailable',
  },
  internal_error: { kind: 'internal', title: 'Internal error' },
  /** A constraint that has no code of its own refused what was written: a retry would write the same. */
  constraint_violated: { kind: 'defect', title: 'Internal error', wireCode: 'internal_error' },
} as const satisfies Record<string, ErrorCodeEntry>

export type ErrorKind =
  | 'invalid'
  | 'unsupported'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'internal'
  | 'defect'

interface ErrorCodeEntry {
  readonly kind: ErrorKind
  readonly title: string
  readonly wireCode?: string
}

export type ErrorCode = keyof typeof errorCodes

/** A bad field by its path (`tiers[1].up_to`) and what is wrong with it, for people. */
export interface FieldProblem {
  readonly path: string
  readonly message: string
}

export interface ErrorDetails {
  readonly fields?: readonly FieldProblem[]
  readonly [key: string]: unknown
}

/** An expected failure. Told apart by `code`, never by `instanceof` or by its text. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: ErrorCode
  readonly details: ErrorDetails | undefined
  /** How long to wait before trying again, where that is known. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details
    this.retryAfterMs = options.retryAfterMs
  }
}

/** True for every error made from the table above, also one that crossed a package or realm border. */
export function isCodedError(error: unknown): error is CodedError {
  return error instanceof Error && 'code' in error && isErrorCode(error.code)
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code)
}

export function errorKind(code: ErrorCode): ErrorKind {
  return errorCodes[code].kind
}

/** The code as the published contract spells it. */
export function wireCode(code: ErrorCode): string {
  const entry: ErrorCodeEntry = errorCodes[code]
  return entry.wireCode ?? code
}

/** Failures of our own, whose texts stay inside. A defect is one that would come back at each attempt. */
export function isInternal(kind: ErrorKind): boolean {
  return kind === 'internal' || kind === 'defect'
}

/** Passing failures can heal: a retry at once, or after `retryAfterMs`, makes sense for these kinds only. */
export function isRetryable(kind: ErrorKind): boolean {
  return kind === 'rate_limited' || kind === 'unavailable' || kind === 'internal'
}

export function invalid(fields: readonly FieldProblem[]): CodedError {
  const message = fields
    .map((field) => (field.path ? `${field.path}: ${field.message}` : field.message))
    .join('; ')
  return new CodedError('validation_error', message, { details: { fields } })
}

/** What the contract has and we have not, by the field that asks for it. */
export function notImplemented(path: string, message: string): CodedError {
  return new CodedError('not_implemented', `${path}: ${message}`, {
    details: { fields: [{ path, message }] },
  })
}

/** An `Idempotency-Key`, or a key that a request has among its fields, stands for one request. */
export function keyReused(path = 'Idempotency-Key'): CodedError {
  const fields = [{ path, message: 'was used for another request' }]
  return new CodedError('key_reused', errorCodes.key_reused.title, { details: { fields } })
}

/** The id goes along, so that who answers a request can name the field that it came in. */
export function notFound(what: string, id: string): CodedError {
  return new CodedError('not_found', `${what} ${id} does not exist`, { details: { id } })
}
