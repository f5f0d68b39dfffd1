import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { readJson } from './private-file.ts'
import type { Progress } from './progress.ts'
import { type Counts, countTests } from './vitest-counts.ts'

export interface ChecksOptions {
  readonly repositoryDir: string
  readonly reportFile: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly vitestArgs: readonly string[]
  readonly signal: AbortSignal
}

const checks: ReadonlyArray<readonly [name: string, command: string, args: readonly string[]]> = [
  ['Lint and format (biome)', 'biome', ['check', '.']],
  ['Types (tsc)', 'tsc', []],
  ['Unused code (knip)', 'knip', []],
]

/** Runs every check and then the tests, all of them even when one fails. A check counts as one that passed or failed. */
export async function runChecks(options: ChecksOptions, progress: Progress): Promise<Counts> {
  let passed = 0
  let failed = 0
  for (const [name, command, args] of checks) {
    progress.say(`\n── ${name}`)
    if ((await runTool(command, args, options)) === 0) passed += 1
    else failed += 1
  }
  progress.say('\n── Tests (vitest)')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${options.reportFile}`]
  const exitCode = await runTool('vitest', ['run', ...reporters, ...options.vitestArgs], options)
  const tests = countTests(readJson(options.reportFile), exitCode)
  return { passed: passed + tests.passed, failed: failed + tests.failed, skipped: tests.skipped }
}

/** Answers the exit code. Ctrl-C reaches the tool from the terminal; SIGTERM is passed on. */
async function runTool(command: string, args: readonly string[], options: ChecksOptions): Promise<number> {
  options.signal.throwIfAborted()
  const child = spawn(path.join(options.repositoryDir, 'node_modules', '.bin', command), [...args], {
    cwd: options.repositoryDir,
    env: { ...options.environment },
    stdio: 'inherit',
  })
  const stop = () => child.kill('SIGTERM')
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    const [code] = await once(child, 'exit')
    return typeof code === 'number' ? code : 1
  } finally {
    options.signal.removeEventListener('abort', stop)
  }
}
