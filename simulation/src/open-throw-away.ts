import { setTimeout as sleep } from 'node:timers/promises'
import { startDatabase } from '@flexprice/local-stack/database'
import { migrate } from '@flexprice/local-stack/migrate'
import { createProgress } from '@flexprice/local-stack/progress'
import { queryOnce } from '@flexprice/local-stack/query-once'
import { startRedis } from '@flexprice/local-stack/redis'
import { startTemporal } from '@flexprice/local-stack/temporal'
import { openTemporaryRun } from '@flexprice/local-stack/temporary-run'
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
  await using started = new AsyncDisposableStack()
  const run = started.use(openTemporaryRun('simulation', { throwAway: true, signal }))
  const progress = createProgress(false)
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
