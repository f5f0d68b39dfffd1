import {
  type CodedError,
  type ErrorCode,
  errorCodes,
  errorKind,
  isCodedError,
  isInternal,
  isRetryable,
} from '@flexprice/domain'
import { CompleteAsyncError } from '@temporalio/activity'
import { ApplicationFailure, ApplicationFailureCategory, TemporalFailure } from '@temporalio/common'

/**
 * What an activity threw, as Temporal is to see it. The error's kind decides: what a retry can heal is
 * tried again, after the time that the error asks for; all else ends at the first attempt, and is no alarm, as it is
 * an answer (`BENIGN`). Temporal's own failures (cancellation) pass. An unexpected error becomes `internal_error`
 * without its text, which may name hosts and rows: histories can be read by many.
 */
export function activityFailure(error: unknown, cancellation: AbortSignal): Error {
  if (cancellation.aborted && isAbort(error) && cancellation.reason instanceof Error)
    return cancellation.reason
  if (error instanceof TemporalFailure || error instanceof CompleteAsyncError) return error
  if (!isCodedError(error)) return failure('internal_error', errorCodes.internal_error.title)
  return isInternal(errorKind(error.code))
    ? failure(error.code, errorCodes[error.code].title)
    : failure(error.code, error.message, error)
}

/** True for what nobody expected: a bug, or a failure that no layer below has translated. */
export function isUnexpected(error: unknown): boolean {
  if (error instanceof TemporalFailure || error instanceof CompleteAsyncError || isAbort(error)) return false
  return !isCodedError(error) || isInternal(errorKind(error.code))
}

function failure(code: ErrorCode, message: string, error?: CodedError): ApplicationFailure {
  const kind = errorKind(code)
  const retryable = isRetryable(kind)
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !retryable,
    ...(error?.details && { details: [error.details] }),
    ...(retryable && error?.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
    ...(!retryable && !isInternal(kind) && { category: ApplicationFailureCategory.BENIGN }),
  })
}

/** What an aborted statement, fetch or timer throws. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
