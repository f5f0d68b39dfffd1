import { setTimeout as sleep } from 'node:timers/promises'
import { logTail } from './log-tail.ts'
import type { StartedProcess } from './process-table.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

export interface ReadinessCheck {
  readonly step: string
  readonly process: StartedProcess
  readonly timeoutMs: number
  readonly remedy: string
  readonly signal: AbortSignal
  /** Resolves when the process is ready to be used; throws the reason why it is not yet. */
  readonly isReady: () => Promise<unknown>
}

const pollMs = 50

/** Waits until a started process answers. Fails at once when it ends, and with its last log lines either way. */
export async function waitUntilReady(check: ReadinessCheck): Promise<void> {
  const deadline = performance.now() + check.timeoutMs
  const failure = (reason: string) =>
    new StepFailure(
      check.step,
      `${reason}\nThe last lines of ${check.process.log}:\n${logTail(check.process.log)}`,
      check.remedy,
    )
  for (;;) {
    check.signal.throwIfAborted()
    const ending = check.process.ending()
    if (ending !== undefined) throw failure(`${check.process.name} ended with ${ending}.`)
    try {
      await check.isReady()
      return
    } catch (error) {
      if (performance.now() > deadline) {
        throw failure(
          `${check.process.name} was not ready within ${check.timeoutMs / 1000} s: ${reasonOf(error)}`,
        )
      }
    }
    await sleep(pollMs)
  }
}
