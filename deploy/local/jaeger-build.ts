import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { findCommand, isRunnable, runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

export const jaegerVersion = 'v1.76.0'

const jaegerModule = 'github.com/jaegertracing/jaeger'
const downloadTimeoutMs = 300_000
const buildTimeoutMs = 1_800_000

/** Jaeger built from its Go module, once, below `.local/`. `go install` refuses its replace directives, so its folder is copied and built inside. */
export async function builtJaeger(run: StackRun, tell: (doing: string) => void): Promise<string> {
  const program = path.join(run.config.toolsDir, 'jaeger', `jaeger-all-in-one-${jaegerVersion}`)
  if (isRunnable(program)) return program
  const go = findCommand(['go'], run.config.searchPath)
  const remedy = 'Put jaeger or jaeger-all-in-one (or Go, to build it) on the PATH, or leave --jaeger out.'
  if (!go) throw new StepFailure('Jaeger', 'There is neither Jaeger nor Go on the PATH.', remedy)
  try {
    await build(run, go, program, tell)
    return program
  } catch (error) {
    run.signal.throwIfAborted()
    throw new StepFailure('Jaeger', `It could not be built: ${reasonOf(error)}`, remedy)
  }
}

async function build(
  run: StackRun,
  go: string,
  program: string,
  tell: (doing: string) => void,
): Promise<void> {
  tell('fetching its source')
  const sourceDir = path.join(path.dirname(program), 'source')
  const download = ['mod', 'download', '-json', `${jaegerModule}@${jaegerVersion}`]
  const said = await runCommand(run, go, download, { timeoutMs: downloadTimeoutMs, cwd: '/' })
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(said))
  rmSync(sourceDir, { recursive: true, force: true })
  mkdirSync(path.dirname(program), { recursive: true })
  await cp(Dir, sourceDir, { recursive: true })
  await runCommand(run, 'chmod', ['-R', 'u+w', sourceDir], { timeoutMs: downloadTimeoutMs })
  tell('building it (once, about 2 minutes)')
  const partial = `${program}.partial`
  await runCommand(run, go, ['build', '-o', partial, './cmd/all-in-one'], {
    timeoutMs: buildTimeoutMs,
    cwd: sourceDir,
  })
  renameSync(partial, program)
  rmSync(sourceDir, { recursive: true, force: true })
  if (!existsSync(program)) throw new Error('the build left no program')
}
