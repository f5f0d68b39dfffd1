import { IllegalStateError } from '@temporalio/common'
import type { Worker } from '@temporalio/worker'

/**
 * Runs a worker until it is told to shut down and has finished what it had. As its very last step the SDK asks that
 * nobody else holds the worker, and on a busy machine its own last polls still do for a moment. By then all work is
 * done and its connection is free, so that this refusal says nothing of the worker, and no exit status should.
 */
export async function runToEnd(worker: Worker): Promise<void> {
  try {
    await worker.run()
  } catch (error) {
    const isStillHeld = error instanceof IllegalStateError && error.message.startsWith('Worker still in use')
    if (!isStillHeld || worker.getState() !== 'STOPPED') throw error
  }
}
