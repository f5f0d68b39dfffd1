/**
 * The rules of money and time, as pure functions over plain values. Nothing here does I/O, reads a
 * clock or draws a random number: instants and ids are arguments. Depends on no other package of ours.
 */
export { assert } from './assert.ts'
export {
  CodedError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  errorCodes,
  errorKind,
  type FieldProblem,
  invalid,
  isCodedError,
  isErrorCode,
  isInternal,
  isRetryable,
  keyReused,
  notFound,
  notImplemented,
  wireCode,
} from './errors.ts'
export type { Scope } from './scope.ts'
