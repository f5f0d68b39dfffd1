import path from 'node:path'
import type { LocalConfig } from './config.ts'
import { createProcessTable, type ProcessTable } from './process-table.ts'
import { createSettingsFile, type SettingsFile } from './settings-file.ts'
import type { StackProcess } from './stack-file.ts'

/** What every part needs to start: one object per run, made by `up` and `test`. */
export interface StackRun {
  readonly config: LocalConfig
  readonly settings: SettingsFile
  readonly processes: ProcessTable
  /** Aborted by Ctrl-C or SIGTERM: nothing more is begun. */
  readonly signal: AbortSignal
  /** A throw-away stack gives up durability for speed. */
  readonly throwAway: boolean
}

export function createStackRun(
  config: LocalConfig,
  options: { readonly throwAway: boolean; readonly signal: AbortSignal },
  record: (processes: readonly StackProcess[]) => void,
): StackRun {
  return {
    config,
    settings: createSettingsFile(config.localDir),
    processes: createProcessTable(path.join(config.localDir, 'logs'), record),
    signal: options.signal,
    throwAway: options.throwAway,
  }
}
