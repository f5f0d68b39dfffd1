import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { throwAwayConfig } from '@flexprice/local-stack/config'
import { startDatabase } from '@flexprice/local-stack/database'
import { migrate } from '@flexprice/local-stack/migrate'
import { createProgress } from '@flexprice/local-stack/progress'
import { createStackRun } from '@flexprice/local-stack/stack-run'
import { type Databases, openDatabases } from './product/product.ts'

/** A PostgreSQL of the simulation's own, migrated as in life; gone when disposed. */
export async function openThrowAway(): Promise<Databases> {
  const localDir = mkdtempSync(path.join(tmpdir(), 'flexprice-simulation-'))
  // Made for its owner alone, but the user postgres must pass it.
  chmodSync(localDir, 0o711)
  const signal = new AbortController().signal
  const run = createStackRun(throwAwayConfig(localDir), { throwAway: true, signal }, () => undefined)
  const progress = createProgress(false)
  const database = await progress.step('PostgreSQL', (tell) => startDatabase(run, tell))
  await progress.step('Migrations', () => migrate(database))
  const databases = openDatabases(database)
  return {
    ...databases,
    async [Symbol.asyncDispose]() {
      await databases[Symbol.asyncDispose]()
      await run.processes.stopAll(() => undefined)
      for (const dir of [run.settings.read().postgres_home, localDir]) {
        if (dir !== undefined && existsSync(dir)) rmSync(dir, { recursive: true, force: true })
      }
    },
  }
}
