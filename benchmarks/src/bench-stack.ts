import { readFileSync } from 'node:fs'
import { createDatabase, type Scoped } from '@flexprice/database/connection'
import { createApiKey, createEnvironment, createTenant } from '@flexprice/database/tenancy'
import { assert } from '@flexprice/domain'
import { startDatabase } from '@flexprice/local-stack/database'
import { migrate } from '@flexprice/local-stack/migrate'
import { createProgress } from '@flexprice/local-stack/progress'
import { startRedis } from '@flexprice/local-stack/redis'
import { startFurtherWorker, startServices } from '@flexprice/local-stack/services'
import { startTemporal } from '@flexprice/local-stack/temporal'
import { openTemporaryRun } from '@flexprice/local-stack/temporary-run'
import pg from 'pg'
import { cpuSeconds } from './process-usage.ts'

/** The whole product on this machine, durable as in production, for one benchmark; gone when disposed. */
export interface BenchStack extends AsyncDisposable {
  readonly scoped: Scoped
  /** The role that the services use: the floor runs under the same row security as the product. */
  readonly app: pg.Client
  readonly owner: pg.Client
  readonly superuser: pg.Client
  readonly gatewayUrl: string
  /** As the services have it. */
  readonly databaseUrl: string
  readonly temporalAddress: string
  readonly apiKey: string
  readonly postmasterPid: number
  pidOf(process: string): number
  /** CPU seconds of a process, and of those of its name that were killed before it. */
  cpuOf(process: string): number
  /** `kill -9`, and a fresh one in its place. */
  killAndRestart(process: string): Promise<void>
  /** Another process of that worker, until the end. Answers its name. */
  startSecond(worker: string): Promise<string>
}

/** Where the signal stops its start, or the start fails, nothing of it is left. */
export async function startBenchStack(signal: AbortSignal): Promise<BenchStack> {
  const pids = new Map<string, number>()
  await using started = new AsyncDisposableStack()
  const run = started.use(
    openTemporaryRun('bench', { throwAway: false, signal }, (processes) => {
      for (const process of processes) pids.set(process.name, process.pid)
    }),
  )
  const progress = createProgress(false)
  const database = await progress.step('PostgreSQL', (tell) => startDatabase(run, tell))
  const redis = await progress.step('Redis', (tell) => startRedis(run, tell))
  const temporal = await progress.step('Temporal', (tell) => startTemporal(run, { namespaces: [] }, tell))
  await progress.step('Migrations', () => migrate(database))
  const environment = {
    ...run.config.environment,
    DATABASE_URL: database.appUrl,
    REDIS_URL: redis.url,
    TEMPORAL_ADDRESS: temporal.address,
    TRACES_EXPORTER: 'none',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_PER_SECOND: '1000000',
    EVENT_LIMIT_PER_SECOND: '10000000',
  }
  const services = await progress.step('Services', (tell) => startServices(run, environment, tell))
  const tenancy = await makeTenancy(database.appUrl, database.ownerUrl)
  const owner = await connect(database.ownerUrl)
  started.defer(() => owner.end())
  const superuser = await connect(superuserUrl(database.ownerUrl, run.settings.read().passwords.superuser))
  started.defer(() => superuser.end())
  const pidOf = (name: string): number => {
    const pid = pids.get(name)
    assert(pid, `${name} was started`)
    return pid
  }
  const cpuOfKilled = new Map<string, number>()
  const cpuOf = (name: string): number => (cpuOfKilled.get(name) ?? 0) + cpuSeconds(pidOf(name))
  const app = await connectAs(database.appUrl, tenancy.scoped)
  const postmasterPid = await postmasterOf(owner)
  const stack = started.move()
  return {
    ...tenancy,
    app,
    owner,
    superuser,
    gatewayUrl: services.gatewayUrl,
    databaseUrl: database.appUrl,
    temporalAddress: temporal.address,
    postmasterPid,
    pidOf,
    cpuOf,
    async killAndRestart(name) {
      cpuOfKilled.set(name, cpuOf(name))
      process.kill(pidOf(name), 'SIGKILL')
      await run.processes.restart(name)
    },
    startSecond: (worker) => startSecond(run, environment, worker),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function startSecond(
  run: Parameters<typeof startFurtherWorker>[0],
  environment: Parameters<typeof startFurtherWorker>[1],
  worker: string,
): Promise<string> {
  const name = `${worker}-2`
  await startFurtherWorker(run, environment, { worker, name })
  return name
}

async function makeTenancy(appUrl: string, ownerUrl: string): Promise<{ scoped: Scoped; apiKey: string }> {
  const tenant = await createTenant(ownerUrl, { name: 'Benchmark' })
  const environment = await createEnvironment(ownerUrl, {
    tenantId: tenant.id,
    name: 'Benchmark',
    type: 'production',
  })
  const scope = {
    tenantId: tenant.id,
    environmentId: environment.id,
    userId: 'user_bench',
    requestId: 'req_bench',
  }
  const scoped = createDatabase({ url: appUrl, applicationName: 'benchmark', poolSizeMax: 2 }).scoped(scope)
  const { secret } = await createApiKey(scoped, { name: 'Benchmark' })
  return { scoped, apiKey: secret }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // The server goes first at the end; the benchmark has what it wanted by then.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function connectAs(url: string, { scope }: Scoped): Promise<pg.Client> {
  const client = await connect(url)
  await client.query(
    "select set_config('app.tenant_id', $1, false), set_config('app.environment_id', $2, false)",
    [scope.tenantId, scope.environmentId],
  )
  return client
}

function superuserUrl(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl)
  url.username = 'postgres'
  url.password = password
  return url.href
}

/** The server's first process: the parent of the one that serves this connection. */
async function postmasterOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const status = readFileSync(`/proc/${rows[0]?.pid}/status`, 'utf8')
  const parent = /^PPid:\s+(\d+)$/m.exec(status)?.[1]
  assert(parent, 'a backend has a parent')
  return Number(parent)
}
