import { type WorkflowName, workflows } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { createApiKey } from '@flexprice/database/tenancy'
import {
  createTestDatabase,
  type ServiceProcess,
  startService,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  terminateLeftOvers,
  testNamespace,
  testStack,
} from '@flexprice/testing'
import { type ApiClient, createApiClient } from '../api-client.ts'
import { type Balancer, freePort, startBalancer } from './balancer.ts'

/** Two gateways behind Caddy, over a database of the test's own, with ways to Redis and Temporal that can be cut. */
export interface BalancedStack extends AsyncDisposable {
  readonly balancer: Balancer
  readonly database: TestDatabase
  readonly redis: TcpProxy
  readonly temporal: TcpProxy
  /** By their place: one that was stopped or killed is followed by another one on its address. */
  readonly gateways: readonly [GatewayPlace, GatewayPlace]
  /** For price syncs, unless another workflow is named. */
  startWorker(workflow?: WorkflowName): Promise<ServiceProcess>
  /** A key of a tenant that no other has, and its holder, who calls through the balancer. */
  newTenant(): Promise<Tenant>
}

export interface Tenant {
  readonly scoped: Scoped
  readonly apiKey: string
  readonly api: ApiClient
}

export interface GatewayPlace {
  readonly url: string
  /** Resolves once it is ready. */
  start(): Promise<void>
  /** SIGTERM: its exit code. */
  stop(): Promise<number | null>
  kill(): Promise<void>
  /** Of all that have been in the place. */
  logLines(): readonly string[]
}

/** Longer than it takes the balancer to notice: it asks each two seconds. */
const drainMs = 3_000

/** @param environment further variables for all services */
export async function startBalanced(
  environment: Readonly<Record<string, string>> = {},
): Promise<BalancedStack> {
  await using started = new AsyncDisposableStack()
  const database = started.use(await createTestDatabase())
  for (const { definition } of Object.values(workflows)) started.defer(() => terminateLeftOvers(definition))
  const redisUrl = new URL(testStack().redisUrl)
  const redis = started.use(await startTcpProxy(redisUrl.host))
  redisUrl.host = redis.address
  const temporal = started.use(await startTcpProxy(testStack().temporalAddress))
  const ofAll = {
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: testNamespace(),
    ...environment,
  }
  const ofGateways = {
    ...ofAll,
    REDIS_URL: redisUrl.href,
    TRUSTED_PROXIES: '1',
    DRAIN_MS: String(drainMs),
    // A machine that tests on all its cores comes late without being attacked.
    EVENT_LOOP_DELAY_MS: '60000',
  }
  const ports = [await freePort(), await freePort()] as const
  const [one, two] = ports.map((port) => gatewayPlace({ ...ofGateways, PORT: port }))
  if (one === undefined || two === undefined) throw new Error('There are two places')
  started.use(one)
  started.use(two)
  const balancer = started.use(await startBalancer(ports))
  const owned = started.move()
  return {
    balancer,
    database,
    redis,
    temporal,
    gateways: [one, two],
    startWorker: async (workflow = 'price-sync') =>
      owned.use(await startService(`worker-${workflow}`, ofAll)),
    async newTenant() {
      const scoped = await database.newTenant()
      const { secret } = await createApiKey(scoped, { name: 'test' })
      return { scoped, apiKey: secret, api: createApiClient(balancer.url, secret) }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function gatewayPlace(environment: Readonly<Record<string, string>> & { readonly PORT: string }) {
  let running: ServiceProcess | undefined
  /** A test that fails may leave before it is ready. */
  let starting: Promise<ServiceProcess> | undefined
  const earlierLines: string[] = []
  const take = (): ServiceProcess => {
    if (running === undefined) throw new Error('No gateway is in this place')
    const taken = running
    running = undefined
    return taken
  }
  const leave = (service: ServiceProcess): void => {
    earlierLines.push(...service.logLines())
  }
  return {
    url: `http://127.0.0.1:${environment.PORT}`,
    async start() {
      starting = startService('gateway', environment)
      running = await starting
      starting = undefined
    },
    async stop() {
      const service = take()
      const code = await service.stop()
      leave(service)
      return code
    },
    async kill() {
      const service = take()
      await service.kill()
      leave(service)
    },
    logLines: () => [...earlierLines, ...(running?.logLines() ?? [])],
    async [Symbol.asyncDispose]() {
      const left = running ?? (await starting?.catch(() => undefined))
      await left?.[Symbol.asyncDispose]()
    },
  }
}
