import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalConfig } from './config.ts'
import { type ProcessSpec, spawnToLog } from './process-table.ts'
import type { Progress } from './progress.ts'
import type { StackFile } from './stack-file.ts'
import { stopSignal } from './stop-signal.ts'
import { summary } from './summary.ts'

const lookMs = 100

/**
 * `up --detach`: the same run in the background, which watches over its parts as any other. Tells what it tells until all
 * is ready.
 *
 * @returns the exit code: its own, where it ends before that
 */
export async function runDetached(
  args: readonly string[],
  config: LocalConfig,
  stackFile: StackFile,
  progress: Progress,
): Promise<number> {
  const signal = stopSignal()
  const log = path.join(config.localDir, 'logs', 'up.log')
  mkdirSync(path.dirname(log), { recursive: true })
  const relay = relayOf(log)
  // A run that is there already, which the new one will find, goes on writing to it.
  const { child } = spawnToLog(backgroundRun(args, config), log, 'a')
  let exitCode: number | undefined
  child.once('exit', (code) => {
    exitCode = code ?? 1
  })
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  for (;;) {
    relay()
    if (exitCode !== undefined) return signal.aborted ? 130 : exitCode
    const stack = stackFile.read()
    if (stack?.ready && stack.supervisor?.pid === child.pid) {
      progress.say(summary(stack, stackFile.file))
      progress.say('It runs on, and a part that ends is started again. npm run down stops it.')
      return 0
    }
    await sleep(lookMs)
  }
}

function backgroundRun(args: readonly string[], { environment, repositoryDir }: LocalConfig): ProcessSpec {
  return {
    ...{ name: 'up', command: process.execPath, environment, cwd: repositoryDir, stopSignal: 'SIGTERM' },
    args: [
      path.join(import.meta.dirname, 'up.ts'),
      ...args.filter((arg) => arg !== '--detach'),
      '--background',
    ],
  }
}

/** Prints what has come to the file since it was asked last, or made. */
function relayOf(file: string): () => void {
  let printed = existsSync(file) ? statSync(file).size : 0
  return () => {
    const content = readFileSync(file)
    process.stdout.write(content.subarray(printed))
    printed = content.length
  }
}
