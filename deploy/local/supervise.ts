import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { logTail } from './log-tail.ts'
import type { StartedProcess } from './process-table.ts'
import type { Progress } from './progress.ts'
import type { StackRun } from './stack-run.ts'

const restartsMax = 5
const restartDelayMs = 1_000

/**
 * Watches over a started stack until the signal comes. A part that ends by itself is started again, at most
 * `restartsMax` times for each: a worker that was killed is back within seconds, and one that cannot start says why.
 * A watched service waits for a change of its source instead.
 */
export async function supervise(
  run: StackRun,
  watched: readonly string[],
  progress: Progress,
): Promise<void> {
  const restarts = new Map<string, number>()
  const onEnded = (process: StartedProcess) => {
    const count = (restarts.get(process.name) ?? 0) + 1
    restarts.set(process.name, count)
    progress.say(`\n${process.name} ended with ${process.ending()}. The last lines of ${process.log}:`)
    progress.say(logTail(process.log))
    if (watched.includes(process.name)) {
      progress.say(`${process.name} is started again when its source changes.`)
    } else if (count > restartsMax) {
      progress.say(`It is left alone after ${restartsMax} restarts. The rest runs on; Ctrl-C stops it.`)
    } else {
      restartLater(run, process.name, progress)
    }
  }
  run.processes.events.on('ended', onEnded)
  try {
    if (!run.signal.aborted) await once(run.signal, 'abort')
  } finally {
    run.processes.events.off('ended', onEnded)
  }
}

async function restartLater(run: StackRun, name: string, progress: Progress): Promise<void> {
  try {
    await sleep(restartDelayMs, undefined, { signal: run.signal })
    await run.processes.restart(name)
    progress.say(`${name} is started again.`)
  } catch (error) {
    if (!run.signal.aborted) progress.fail(error)
  }
}
