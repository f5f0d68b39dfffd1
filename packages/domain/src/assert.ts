/**
 * Fails the request or the activity where an unexpected state is first seen.
 *
 * @param message a function where making it would cost what is asserted thousands of times
 */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (condition) return
  throw new Error(`Assertion failed: ${typeof message === 'string' ? message : message()}`)
}
