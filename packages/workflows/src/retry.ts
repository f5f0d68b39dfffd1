import type { RetryPolicy } from '@temporalio/workflow'

/**
 * Long work is tried until its scheduleToClose, never a number of times: a database that is gone for an
 * hour is an hour's delay, not a failure. What no retry can heal ends at the first attempt (the kind of the error).
 */
export const untilDone: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '5 minutes',
}

/** Somebody waits for the answer: what does not heal within seconds is told, and the caller asks again. */
export const whileSomebodyWaits: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumAttempts: 3,
}
