import { CodedError } from '@flexprice/domain'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { expect, test } from 'vitest'
import { activityFailure } from './activity-failure.ts'

const running = new AbortController().signal

test('the text of an unexpected error does not reach the history', () => {
  const failure = activityFailure(new Error('relation "secret" does not exist'), running)
  expect(failure).toMatchObject({ type: 'internal_error', message: 'Internal error', nonRetryable: false })
  expect(JSON.stringify({ ...failure, stack: failure.stack, cause: failure.cause })).not.toContain('secret')
})

test('an expected refusal is benign, keeps its message and its details', () => {
  const details = { fields: [{ path: 'name', message: 'is taken' }] }
  const failure = activityFailure(new CodedError('already_exists', 'name: is taken', { details }), running)
  expect(failure).toMatchObject({
    type: 'already_exists',
    message: 'name: is taken',
    nonRetryable: true,
    category: 'BENIGN',
    details: [details],
  })
})

test("Temporal's own failures pass as they are", () => {
  for (const failure of [new CancelledFailure('cancelled'), ApplicationFailure.nonRetryable('own')]) {
    expect(activityFailure(failure, running)).toBe(failure)
  }
})

test('what an aborted statement throws becomes the cancellation that aborted it', () => {
  const cancelled = new CancelledFailure('cancelled')
  const abort = new DOMException('aborted', 'AbortError')
  expect(activityFailure(abort, AbortSignal.abort(cancelled))).toBe(cancelled)
  expect(activityFailure(abort, running)).toMatchObject({ type: 'internal_error' })
})
