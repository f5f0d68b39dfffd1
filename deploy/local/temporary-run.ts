import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { throwAwayConfig } from './config.ts'
import { createStackRun, type StackRun } from './stack-run.ts'

/** A run in a folder of its own; once disposed, its processes and all that it has written are gone. */
export interface TemporaryRun extends StackRun, AsyncDisposable {}

export function openTemporaryRun(
  name: 'test' | 'bench' | 'simulation',
  options: Parameters<typeof createStackRun>[1],
  record: Parameters<typeof createStackRun>[2] = () => undefined,
): TemporaryRun {
  const localDir = mkdtempSync(path.join(tmpdir(), `flexprice-${name}-`))
  // Made for its owner alone, but the user postgres must pass it.
  chmodSync(localDir, 0o711)
  const run = createStackRun(throwAwayConfig(localDir), options, record)
  return {
    ...run,
    async [Symbol.asyncDispose]() {
      await run.processes.stopAll(() => undefined)
      for (const dir of [run.settings.read().postgres_home, localDir])
        if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
    },
  }
}
