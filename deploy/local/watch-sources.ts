import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs'
import path from 'node:path'
import type { Progress } from './progress.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf } from './step-failure.ts'

const settleMs = 200

/**
 * Restarts what a changed source file belongs to: a service's own file that service, a package's file all of them.
 * Not `node --watch`: its messages to worker threads end the SDK's sandbox.
 */
export function watchSources(run: StackRun, services: readonly string[], progress: Progress): Disposable {
  const { repositoryDir } = run.config
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let restarting = Promise.resolve()
  const restart = async () => {
    // In order of start, and one after the other: a machine with two cores has enough to do with one.
    const names = services.filter((name) => changed.has(name))
    changed.clear()
    for (const name of names) {
      if (run.signal.aborted) return
      progress.say(`${name} is started again: its source changed.`)
      await run.processes.restart(name).catch((error: unknown) => progress.say(`${name}: ${reasonOf(error)}`))
    }
  }
  const onChange = (affected: readonly string[], file: string | null) => {
    if (!file?.endsWith('.ts') || file.endsWith('.test.ts')) return
    for (const name of affected) changed.add(name)
    clearTimeout(timer)
    // An editor writes several times, a branch switch many files: one restart for all of it.
    timer = setTimeout(() => {
      restarting = restarting.then(restart)
    }, settleMs)
  }
  const watchers: FSWatcher[] = [
    ...sourceDirs(repositoryDir, 'packages').map(({ dir }) =>
      recursively(dir, (file) => onChange(services, file)),
    ),
    ...sourceDirs(repositoryDir, 'services')
      .filter(({ name }) => services.includes(name))
      .map(({ name, dir }) => recursively(dir, (file) => onChange([name], file))),
  ]
  return {
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}

function recursively(dir: string, onChange: (file: string | null) => void): FSWatcher {
  return watch(dir, { recursive: true }, (_event, file) => onChange(file))
}

function sourceDirs(repositoryDir: string, folder: string) {
  return readdirSync(path.join(repositoryDir, folder))
    .map((name) => ({ name, dir: path.join(repositoryDir, folder, name, 'src') }))
    .filter(({ dir }) => existsSync(dir))
}
