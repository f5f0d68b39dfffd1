import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { LocalFolders } from './config.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

/** Says that everything in the folder is ours, and may be removed by `down --wipe`. */
const markerName = '.flexprice-local-stack'

/**
 * The folder of data and logs; the user `postgres` must be able to pass it, the files in it are private one by one.
 * One that holds somebody else's files is refused: a wipe would take them along.
 */
export function makeLocalDir(folders: LocalFolders): void {
  const { localDir } = folders
  try {
    mkdirSync(localDir, { recursive: true, mode: 0o755 })
    if (isLocalDir(folders) || readdirSync(localDir).length === 0) {
      writeFileSync(
        path.join(localDir, markerName),
        'Made by npm run up; npm run down -- --wipe removes it.\n',
        { mode: 0o600 },
      )
      return
    }
  } catch (error) {
    throw new StepFailure(
      'Making the data folder',
      reasonOf(error),
      'Run as a user who may write there, or give another place by FLEXPRICE_LOCAL_DIR.',
    )
  }
  throw new StepFailure(
    'Making the data folder',
    `${localDir} holds files that npm run up did not make.`,
    'Give an empty or a new folder by FLEXPRICE_LOCAL_DIR.',
  )
}

/** Whether the folder is ours, whatever it is called: it has our mark, or is the one that this clone ignores for it. */
export function isLocalDir({ localDir, toolsDir }: LocalFolders): boolean {
  return localDir === toolsDir || existsSync(path.join(localDir, markerName))
}
