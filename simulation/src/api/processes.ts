import { setTimeout as sleep } from 'node:timers/promises'
import { type ServiceProcess, startService, startTcpProxy } from '@flexprice/testing'
import type { Disturb, Disturbance } from '../lives/step.ts'
import type { Databases } from '../product/product.ts'

/** A gateway and its workers, each a process of its own, as in life. */
export interface Processes extends AsyncDisposable {
  readonly databases: Databases
  readonly gatewayUrl: string
  /** What the gateway has logged of a request. */
  logOf(requestId: string): readonly string[]
  /** Hits a process, or the way to the database, a while later; one after the other, and nobody waits for it. */
  disturb(step: Disturb): void
  /** How often each has been done. @throws what went wrong with one */
  disturbed(): Promise<ReadonlyMap<Disturbance, number>>
}

export interface Servers {
  readonly databases: Databases
  /** The services' role. */
  readonly appUrl: string
  readonly temporalAddress: string
  readonly temporalNamespace: string
  readonly redisUrl: string | undefined
  /** Stops and starts the server; without one its connections are cut instead. */
  readonly restartDatabase?: () => Promise<void>
}

const workers = {
  'kill-billing': 'worker-cron-billing',
  'kill-sync': 'worker-price-sync',
  'kill-creation': 'worker-subscription-creation',
  'kill-calculation': 'worker-calculate-charges',
  'kill-change': 'worker-subscription-change',
} as const
const awayMs = 1_000

export async function startProcesses(servers: Servers): Promise<Processes> {
  const { databases, appUrl, temporalAddress, temporalNamespace, redisUrl } = servers
  await using started = new AsyncDisposableStack()
  const database = started.use(await startTcpProxy(new URL(appUrl).host))
  const url = new URL(appUrl)
  url.host = database.address
  const environment = {
    ...{ DATABASE_URL: url.href, TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: temporalNamespace },
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  }
  const running = new Map<string, ServiceProcess>()
  started.defer(async () => {
    for (const service of running.values()) await service[Symbol.asyncDispose]()
  })
  const start = async (name: string) => {
    const service = await startOnFreePorts(name, environment)
    running.set(name, service)
    return service
  }
  const gateway = await start('gateway')
  await Promise.all(Object.values(workers).map(start))

  const hit = async (what: Disturbance): Promise<void> => {
    if (what === 'restart-database' && servers.restartDatabase) return await servers.restartDatabase()
    if (what === 'restart-database' || what === 'cut-database') {
      await database.cut()
      await sleep(awayMs)
      return await database.mend()
    }
    const name = workers[what]
    await running.get(name)?.kill()
    await start(name)
  }
  const counts = new Map<Disturbance, number>()
  let last = Promise.resolve()
  const owned = started.move()
  return {
    databases,
    gatewayUrl: gateway.url,
    logOf: (requestId) => gateway.logLines().filter((line) => requestId !== '' && line.includes(requestId)),
    disturb({ what, afterMs }) {
      last = Promise.all([last, sleep(afterMs)]).then(async () => {
        await hit(what)
        counts.set(what, (counts.get(what) ?? 0) + 1)
      })
      // It is told by `disturbed`.
      last.catch(() => undefined)
    },
    async disturbed() {
      await last
      return counts
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const portTriesMax = 5
/** On a machine that is busy with others a start may take minutes: that is no difference. */
const readyTimeoutMs = 300_000

/** A port that was free may be somebody else's by the time that the service takes it. */
async function startOnFreePorts(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  for (let tries = 1; ; tries++) {
    try {
      return await startService(name, environment, readyTimeoutMs)
    } catch (error) {
      if (tries === portTriesMax || !String(error).includes('EADDRINUSE')) throw error
    }
  }
}
