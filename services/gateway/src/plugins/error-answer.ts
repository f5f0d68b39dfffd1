import { notImplementedIssue, wireDetails } from '@flexprice/contracts/wire'
import {
  type CodedError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  errorCodes,
  errorKind,
  type FieldProblem,
  isCodedError,
  isInternal,
  wireCode,
} from '@flexprice/domain'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { validationProblems } from './validation-problems.ts'

/** What a failure looks like from outside, and whether it belongs into the log. */
export interface ErrorAnswer {
  readonly status: number
  readonly code: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails | undefined
  readonly retryAfterMs?: number | undefined
}

/**
 * The gateway's one translation of failures. Internals never leave the process: what is not a coded
 * error, a refusal by a schema or one of Fastify's own refusals is an internal error without its text.
 */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (isCodedError(error)) return fromCoded(error)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const { fields, notBuiltOnly } = validationProblems(error.validation, notImplementedIssue)
    return answer(notBuiltOnly ? 'not_implemented' : 'validation_error', sentence(fields), {
      details: { fields },
    })
  }
  const refusal = refusalByFastify(error)
  if (refusal !== undefined) return refusal
  return answer('internal_error', errorCodes.internal_error.title)
}

/** The body's form, by the published contract and what we add to it. */
export function errorBody({ status, code, message, details }: ErrorAnswer, requestId: string) {
  return {
    code: wireCode(code),
    message,
    http_status_code: status,
    ...(details === undefined ? {} : { details: wireDetails(details) }),
    request_id: requestId,
  }
}

/** Seconds for the header `Retry-After`: where a retry can help, and never 0. */
export function retryAfterSeconds({ code, retryAfterMs }: ErrorAnswer): number | undefined {
  const kind = errorKind(code)
  if (kind !== 'rate_limited' && kind !== 'unavailable') return undefined
  return Math.max(1, Math.ceil((retryAfterMs ?? retryAfterMsDefault) / 1_000))
}

const retryAfterMsDefault = 1_000

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unsupported: 415,
  rate_limited: 429,
  internal: 500,
  defect: 500,
  unavailable: 503,
}

function answer(
  code: ErrorCode,
  message: string,
  more: Pick<ErrorAnswer, 'details' | 'retryAfterMs'> = {},
): ErrorAnswer {
  return { status: statuses[errorKind(code)], code, message, ...more }
}

function fromCoded({ code, message, details, retryAfterMs }: CodedError): ErrorAnswer {
  if (isInternal(errorKind(code))) return answer(code, errorCodes[code].title)
  return answer(code, message, { details, retryAfterMs })
}

function sentence(fields: readonly FieldProblem[]): string {
  return fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}

/** Fastify's own refusals of a request, in our words. The kind decides the status, so a body too large is a 400. */
const refusals: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['validation_error', 'The body is larger than this operation takes'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['validation_error', 'The body is not valid JSON'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'validation_error',
    'The body must be JSON: content-type application/json',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'validation_error',
    'The body does not have the length that its header says',
  ],
  FST_ERR_BAD_URL: ['validation_error', 'The path is not a valid URL'],
}

/** Told before the route is known, and with it the parameter's name. */
const pathTooLong = answer('validation_error', 'path: a part of it is too long', {
  details: { fields: [{ path: 'path', message: 'a part of it is too long' }] },
})

function refusalByFastify(error: unknown): ErrorAnswer | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const known = refusals[error.code]
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return pathTooLong
  if (known) return answer(...known)
  const status = 'statusCode' in error ? error.statusCode : undefined
  const isRefusal =
    error.code.startsWith('FST_') && typeof status === 'number' && status >= 400 && status < 500
  return isRefusal ? answer('validation_error', error.message) : undefined
}
