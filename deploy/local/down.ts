// `npm run down`: stops what `npm run up` started in this folder and, with --wipe, removes its data.
import { existsSync, rmSync } from 'node:fs'
import { parseDownArguments } from './arguments.ts'
import { isInteractive, type LocalFolders, readFolders } from './config.ts'
import { isLocalDir } from './local-dir.ts'
import { createProgress } from './progress.ts'
import { readSettings, settingsPath } from './settings-file.ts'
import { createStackFile } from './stack-file.ts'
import { reasonOf, StepFailure } from './step-failure.ts'
import { stopStack } from './stop-stack.ts'

const progress = createProgress(isInteractive())
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  progress.fail(error)
  return 1
})

async function main(args: readonly string[]): Promise<number> {
  const { wipe } = parseDownArguments(args)
  // Not the rest: a stop must not depend on settings for a start.
  const config = readFolders()
  const stopped = await stopStack(createStackFile(config.localDir), progress)
  progress.say(stopped ? 'Everything is stopped.' : 'Nothing was running.')
  if (wipe) removeData(config)
  else if (stopped) progress.say(`The data stays in ${config.localDir}; npm run down -- --wipe removes it.`)
  return 0
}

function removeData(config: LocalFolders): void {
  const settings = settingsPath(config.localDir)
  if (!existsSync(config.localDir)) return void progress.say('There is no data to remove.')
  if (!isLocalDir(config)) {
    throw new StepFailure(
      'Wipe',
      `${config.localDir} is not a folder that npm run up made: its mark is not there.`,
      'Check FLEXPRICE_LOCAL_DIR, or remove the folder by hand.',
    )
  }
  const elsewhere = readSettings(settings)?.postgres_home
  try {
    for (const dir of [elsewhere, config.localDir]) {
      if (dir === undefined || !existsSync(dir)) continue
      rmSync(dir, { recursive: true })
      progress.say(`Removed ${dir}.`)
    }
  } catch (error) {
    throw new StepFailure(
      'Wipe',
      reasonOf(error),
      'Run as the user who started it, or remove the folder by hand.',
    )
  }
}
