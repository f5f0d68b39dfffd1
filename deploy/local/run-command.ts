import { type ExecFileOptionsWithStringEncoding, execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { StackRun } from './stack-run.ts'

const execFilePromise = promisify(execFile)
const outputBytesMax = 16 * 1024 * 1024
const reasonLinesMax = 12

/** What a command needs of its run: it ends with it, and has its environment. */
export type CommandRun = Pick<StackRun, 'signal' | 'config'>

export interface CommandOptions {
  readonly timeoutMs: number
  /** Instead of the run's. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
  readonly cwd?: string
}

/** Runs a command to its end and answers its output; a failure says the command and its last lines. */
export async function runCommand(
  run: CommandRun,
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const execOptions: ExecFileOptionsWithStringEncoding = {
    encoding: 'utf8',
    timeout: options.timeoutMs,
    signal: run.signal,
    maxBuffer: outputBytesMax,
    env: { ...(options.environment ?? run.config.environment) },
    cwd: options.cwd,
    ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
  }
  try {
    const { stdout } = await execFilePromise(command, [...args], execOptions)
    return stdout
  } catch (error) {
    throw new Error(
      `${[path.basename(command), ...args].join(' ')}: ${failureText(error, options.timeoutMs)}`,
    )
  }
}

/** The first file of this name on the search path that can be run. */
export function findCommand(names: readonly string[], searchPath: string): string | undefined {
  for (const name of names) {
    for (const dir of searchPath.split(path.delimiter)) {
      const candidate = path.join(dir, name)
      if (dir !== '' && isRunnable(candidate)) return candidate
    }
  }
  return undefined
}

export function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function failureText(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if ('killed' in error && error.killed === true) return `not done within ${timeoutMs / 1000} s`
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : ''
  return said === '' ? error.message : said.split('\n').slice(-reasonLinesMax).join('\n')
}
