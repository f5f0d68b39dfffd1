import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { identify } from './process-identity.ts'
import type { StackProcess } from './stack-file.ts'
import { stopProcess, stopProcesses } from './stop-process.ts'

export interface ProcessSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stopSignal: 'SIGINT' | 'SIGTERM'
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
}

export interface StartedProcess {
  readonly name: string
  readonly log: string
  /** How it ended, once it has: "code 1" or "signal SIGKILL". */
  ending(): string | undefined
}

/** The processes of one run, in order of start; each change is handed to `record` before anything else happens. */
export interface ProcessTable {
  start(spec: ProcessSpec): StartedProcess
  /** Stops a started one, if it still runs, and starts it again as it was. Its log goes on. */
  restart(name: string): Promise<StartedProcess>
  /** Emits `ended` with the process that ended without being asked to. */
  readonly events: EventEmitter<{ ended: [StartedProcess] }>
  /** Stops everything and refuses to start more. Answers the names that survived. */
  stopAll(onStopping: (name: string) => void): Promise<readonly string[]>
}

interface Entry {
  readonly spec: ProcessSpec
  readonly record: StackProcess
}

export function createProcessTable(
  logsDir: string,
  record: (processes: readonly StackProcess[]) => void,
): ProcessTable {
  const entries = new Map<string, Entry>()
  const leaving = new Set<string>()
  const events: ProcessTable['events'] = new EventEmitter()
  let closed = false
  mkdirSync(logsDir, { recursive: true })

  function start(spec: ProcessSpec): StartedProcess {
    if (closed) throw new Error(`${spec.name} is not started: everything is being stopped.`)
    const log = path.join(logsDir, `${spec.name}.log`)
    const { child, failed } = spawnToLog(spec, log, entries.has(spec.name) ? 'a' : 'w')
    let ending: string | undefined
    const process: StartedProcess = { name: spec.name, log, ending: () => ending }
    const end = (text: string) => {
      ending ??= text
      if (!closed && !leaving.has(spec.name)) events.emit('ended', process)
    }
    child.once('exit', (code, signal) => end(signal === null ? `code ${code}` : `signal ${signal}`))
    failed.then((reason) => end(reason))
    const identity = child.pid === undefined ? undefined : identify(child.pid)
    if (identity) {
      entries.set(spec.name, {
        spec,
        record: { name: spec.name, ...identity, log, stop_signal: spec.stopSignal },
      })
      record(records())
    }
    return process
  }

  function records(): StackProcess[] {
    return [...entries.values()].map((entry) => entry.record)
  }

  return {
    events,
    start,
    async restart(name) {
      const entry = entries.get(name)
      if (!entry) throw new Error(`${name} was never started`)
      leaving.add(name)
      await stopProcess(entry.record)
      leaving.delete(name)
      return start(entry.spec)
    },
    async stopAll(onStopping) {
      closed = true
      return stopProcesses(records(), onStopping)
    },
  }
}

/** What a server or a service says may tell of its tenants. */
const ownerOnly = 0o600

/**
 * Spawned as the leader of its own session: Ctrl-C at the terminal then reaches `up` alone, which stops the parts in
 * order; and a detached stack lives on. Its output goes to a file for the same reason: a pipe would die with `up`.
 */
export function spawnToLog(spec: ProcessSpec, log: string, flag: 'a' | 'w') {
  const output = openSync(log, flag, ownerOnly)
  // One of an earlier version may be there.
  fchmodSync(output, ownerOnly)
  try {
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.environment },
      detached: true,
      stdio: ['ignore', output, output],
      ...(spec.account && { uid: spec.account.uid, gid: spec.account.gid }),
    })
    child.unref()
    const failed = once(child, 'error').then(([error]: unknown[]) =>
      error instanceof Error ? error.message : String(error),
    )
    return { child, failed }
  } finally {
    closeSync(output)
  }
}
