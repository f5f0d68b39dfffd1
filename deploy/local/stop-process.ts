import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

export interface StoppableProcess extends ProcessIdentity {
  readonly name: string
  readonly stop_signal: 'SIGINT' | 'SIGTERM'
}

const pollMs = 50
/** Above the grace time that the services give themselves (SHUTDOWN_GRACE_MS). */
const graceMsDefault = 45_000
const killWaitMs = 5_000

/**
 * Asks one process to end, waits, and kills it (with what it started) when it does not.
 * Answers false when it survived even that. A process id that was given to another process since is left alone.
 */
export async function stopProcess(target: StoppableProcess, graceMs = graceMsDefault): Promise<boolean> {
  if (!isAlive(target)) return true
  signal(target.pid, target.stop_signal)
  if (await isGone(target, graceMs)) return true
  // Each was started as the leader of its own group, so this reaches its children and nobody else.
  signal(-target.pid, 'SIGKILL')
  return isGone(target, killWaitMs)
}

/** Stops in reverse order of start: workers before the servers they use. Answers the names that survived. */
export async function stopProcesses(
  targets: readonly StoppableProcess[],
  onStopping: (name: string) => void,
): Promise<readonly string[]> {
  const survivors: string[] = []
  for (const target of targets.toReversed()) {
    if (isAlive(target)) onStopping(target.name)
    if (!(await stopProcess(target))) survivors.push(target.name)
  }
  return survivors
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended between the check and the signal, or belongs to someone else: the wait that follows tells.
  }
}

async function isGone(target: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(target)) {
    if (performance.now() > deadline) return false
    await sleep(pollMs)
  }
  return true
}
