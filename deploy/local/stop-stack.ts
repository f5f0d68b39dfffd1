import type { Progress } from './progress.ts'
import type { StackFile } from './stack-file.ts'
import { StepFailure } from './step-failure.ts'
import { stopProcess, stopProcesses } from './stop-process.ts'

/** `up` stops its parts one after the other, each with its own grace time. */
const supervisorGraceMs = 180_000

/** Stops what a stack file names, if it still runs and is what was started. Answers false when nothing is recorded. */
export async function stopStack(stackFile: StackFile, progress: Progress): Promise<boolean> {
  const stack = stackFile.read()
  if (!stack) return false
  if (stack.supervisor) {
    // It knows its parts best, and would start again what is stopped behind its back.
    await stopProcess({ name: 'npm run up', stop_signal: 'SIGTERM', ...stack.supervisor }, supervisorGraceMs)
  }
  const survivors = await stopProcesses(stack.processes, (name) => progress.say(`  ${name}`))
  if (survivors.length > 0) {
    throw new StepFailure(
      'Stop',
      `These did not stop: ${survivors.join(', ')}.`,
      `Stop them by hand: ${stackFile.file} has their process ids. Was it started by another user?`,
    )
  }
  stackFile.remove()
  return true
}
