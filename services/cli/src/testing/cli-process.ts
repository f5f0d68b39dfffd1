import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testProcessEnvironment } from '@flexprice/testing'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface CliProcess {
  readonly child: ChildProcess
  /** What it has written so far. */
  readonly written: { readonly stdout: string; readonly stderr: string }
  readonly ended: Promise<Ended>
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line as a process of its own, with this environment and nothing else. */
export function startCli(args: readonly string[], environment: Readonly<Record<string, string>>): CliProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...testProcessEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written.stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    written.stderr += chunk
  })
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, ...written }))
  return { child, written, ended }
}

export function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  return startCli(args, environment).ended
}

/** Every line that a program reads, as JSON. */
export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}
