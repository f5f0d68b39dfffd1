import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { throwAwayConfig } from '@flexprice/local-stack/config'
import { startDatabase } from '@flexprice/local-stack/database'
import { migrate } from '@flexprice/local-stack/migrate'
import { createProgress } from '@flexprice/local-stack/progress'
import { queryOnce } from '@flexprice/local-stack/query-once'
import { startRedis } from '@flexprice/local-stack/redis'
import { createStackRun } from '@flexprice/local-stack/stack-run'
import { startTemporal } from '@flexprice/local-stack/temporal'
import type { Servers } from './api/processes.ts'
import { type Databases, openDatabases } from './product/product.ts'

/** Servers of the simulation's own; gone when disposed. */
export interface ThrowAway extends AsyncDisposable {
  readonly databases: Databases
  /** One handle more on the same database. */
  openDatabases(): Databases
  /** What lives through the API need beside the database. */
  startServers(): Promise<Servers>
}

/** A PostgreSQL of the simulation's own, migrated as in life. Where the signal stops its start, nothing of it is left. */
export async function openThrowAway(signal: AbortSignal): Promise<ThrowAway> {
  const localDir = mkdtempSync(path.join(tmpdir(), 'flexprice-simulation-'))
  // Made for its owner alone, but the user postgres must pass it.
  chmodSync(localDir, 0o711)
  const run = createStackRun(throwAwayConfig(localDir), { throwAway: true, signal }, () => undefined)
  const progress = createProgress(false)
  await using started = new AsyncDisposableStack()
  started.defer(async () => {
    await run.processes.stopAll(() => undefined)
    for (const dir of [run.settings.read().postgres_home, localDir]) {
      if (dir !== undefined && existsSync(dir)) rmSync(dir, { recursive: true, force: true })
    }
  })
  const database = await progress.step('PostgreSQL', (tell) => startDatabase(run, tell))
  await progress.step('Migrations', () => migrate(database))
  const databases = started.use(openDatabases(database))
  const more = new AsyncDisposableStack()
  started.use(more)
  const servers = started.move()
  return {
    databases,
    openDatabases: () => more.use(openDatabases(database)),
    async startServers() {
      const redis = await progress.step('Redis', (tell) => startRedis(run, tell))
      const temporal = await progress.step('Temporal', (tell) => startTemporal(run, { namespaces: [] }, tell))
      return {
        ...{ databases, appUrl: database.appUrl, redisUrl: redis.url },
        ...{ temporalAddress: temporal.address, temporalNamespace: 'default' },
        async restartDatabase() {
          await run.processes.restart('postgres')
          await untilAnswering(database.ownerUrl)
        },
      }
    },
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  }
}

const triesMax = 300
const pauseMs = 100

async function untilAnswering(url: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await queryOnce(url, 'select 1')
      return
    } catch (error) {
      if (tries === triesMax) throw error
      await sleep(pauseMs)
    }
  }
}
