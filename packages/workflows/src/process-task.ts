import type { ImportFailure, TaskProcessingActivities } from '@flexprice/activities/task-processing'
import type {
  TaskProcessingInput,
  TaskProcessingResult,
  TaskRevertResult,
} from '@flexprice/contracts/workflows'
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow'
import { untilDone } from './retry.ts'

/**
 * Works through a task's file, or takes back what it made, whichever of the two workflows was asked for. A task that
 * cannot be done, or is cancelled, says so in its row before the workflow ends in the same way.
 */
export async function processTask(
  input: TaskProcessingInput,
): Promise<TaskProcessingResult | TaskRevertResult> {
  return input.revert ? takeBack(input) : bringIn(input)
}

async function takeBack(input: TaskProcessingInput): Promise<TaskRevertResult> {
  try {
    await revertImport(input)
    return await readRevert(input)
  } catch (error) {
    await CancellationScope.nonCancellable(() => failRevert({ ...input, failure: failureOf(error) }))
    throw error
  }
}

async function bringIn(input: TaskProcessingInput): Promise<TaskProcessingResult> {
  try {
    await importFile(input)
    return await completeImport(input)
  } catch (error) {
    await CancellationScope.nonCancellable(() => failImport({ ...input, failure: failureOf(error) }))
    throw error
  }
}

// Seconds, not minutes: the next attempt goes on where the killed one was. What is away for long is asked often enough.
const { importFile, revertImport } = proxyActivities<
  Pick<TaskProcessingActivities, 'importFile' | 'revertImport'>
>({
  heartbeatTimeout: '6 seconds',
  startToCloseTimeout: '24 hours',
  scheduleToCloseTimeout: '6 days',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { ...untilDone, maximumInterval: '10 seconds' },
})

const { completeImport, failImport, readRevert, failRevert } = proxyLocalActivities<
  Pick<TaskProcessingActivities, 'completeImport' | 'failImport' | 'readRevert' | 'failRevert'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})

function failureOf(error: unknown): ImportFailure {
  if (isCancellation(error)) return {}
  const cause = error instanceof ActivityFailure ? error.cause : error
  if (cause instanceof ApplicationFailure) {
    return { code: cause.type ?? 'internal_error', message: cause.message }
  }
  return { code: 'internal_error', message: 'The import did not end in time' }
}
