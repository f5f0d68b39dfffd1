import { type WorkflowName, workflows } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { createApiKey } from '@flexprice/database/tenancy'
import {
  createTestDatabase,
  type ServiceProcess,
  startService,
  type TestDatabase,
  terminateLeftOvers,
  testNamespace,
  testStack,
} from '@flexprice/testing'
import { type ApiClient, createApiClient } from './api-client.ts'

/** The whole path: a gateway and a worker as processes, over a database of the test's own and the real Temporal. */
export interface StackUnderTest extends AsyncDisposable {
  readonly database: TestDatabase
  /** A tenant with one environment, and the holder of its key. */
  readonly scoped: Scoped
  readonly api: ApiClient
  /** The key of `api`. */
  readonly apiKey: string
  readonly gateway: ServiceProcess
  /** The first one. */
  readonly worker: ServiceProcess
  /** Another one, beside the first or in its place. */
  startWorker(): Promise<ServiceProcess>
  newTenant(): Promise<{ readonly scoped: Scoped; readonly api: ApiClient }>
}

export interface StackOptions {
  /** `host:port` of the way to the server, when it is to be cut. */
  readonly postgresAddress?: string
  readonly temporalAddress?: string
  /** Whose workers it has; the first one's is `worker`. */
  readonly workflows?: readonly [WorkflowName, ...WorkflowName[]]
  /** Further variables for both services. */
  readonly environment?: Readonly<Record<string, string>>
}

export async function startStack(options: StackOptions = {}): Promise<StackUnderTest> {
  await using started = new AsyncDisposableStack()
  const [first, ...others] = options.workflows ?? ['price-sync']
  const database = started.use(await createTestDatabase())
  // Disposed after the services: what they have left running has nobody to work on it then.
  for (const name of [first, ...others]) {
    started.defer(() => terminateLeftOvers(workflows[name].definition))
  }
  const environment = {
    DATABASE_URL: throughAddress(database.appUrl, options.postgresAddress),
    TEMPORAL_ADDRESS: options.temporalAddress ?? testStack().temporalAddress,
    TEMPORAL_NAMESPACE: testNamespace(),
    ...options.environment,
  }
  const start = async (name: string) => started.use(await startService(name, environment))
  const [gateway, worker] = await Promise.all([
    start('gateway'),
    start(`worker-${first}`),
    ...others.map((name) => start(`worker-${name}`)),
  ])
  const newTenant = async () => {
    const scoped = await database.newTenant()
    const { secret } = await createApiKey(scoped, { name: 'test' })
    return { scoped, apiKey: secret, api: createApiClient(gateway.url, secret) }
  }
  const tenant = await newTenant()
  const owned = started.move()
  return {
    ...tenant,
    database,
    gateway,
    worker,
    startWorker: async () => owned.use(await startService(`worker-${first}`, environment)),
    newTenant,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function throughAddress(databaseUrl: string, address: string | undefined): string {
  const url = new URL(databaseUrl)
  if (address !== undefined) url.host = address
  return url.href
}
