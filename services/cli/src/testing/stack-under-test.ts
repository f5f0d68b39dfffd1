import { workflows } from '@flexprice/contracts/workflows'
import { insertPlan } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { createApiKey } from '@flexprice/database/tenancy'
import {
  createTestDatabase,
  insertMonthlySubscriptions,
  priceBody,
  type ServiceProcess,
  startService,
  type TestDatabase,
  terminateLeftOvers,
  testNamespace,
  testStack,
} from '@flexprice/testing'

/** A gateway and a worker as processes, and an environment whose key the command line has. */
export interface StackUnderTest extends AsyncDisposable {
  readonly database: TestDatabase
  readonly scoped: Scoped
  readonly gateway: ServiceProcess
  /** For commands over the API. */
  readonly environment: { readonly FLEXPRICE_URL: string; readonly FLEXPRICE_API_KEY: string }
  /** Calls the API itself, to make what the commands work on. */
  post(path: string, body: object): Promise<Response>
}

type WorkerName = 'price-sync' | 'subscription-change' | 'cron-billing' | 'task-processing-with-progress'

export async function startStack(worker: WorkerName = 'price-sync'): Promise<StackUnderTest> {
  await using started = new AsyncDisposableStack()
  const database = started.use(await createTestDatabase())
  started.defer(() => terminateLeftOvers(workflows[worker].definition))
  const environment = {
    DATABASE_URL: database.appUrl,
    REDIS_URL: testStack().redisUrl,
    TEMPORAL_ADDRESS: testStack().temporalAddress,
    TEMPORAL_NAMESPACE: testNamespace(),
  }
  const start = async (name: string) => started.use(await startService(name, environment))
  const [gateway] = await Promise.all([start('gateway'), start(`worker-${worker}`)])
  const scoped = await database.newTenant()
  const { secret } = await createApiKey(scoped, { name: 'operator' })
  const owned = started.move()
  return {
    database,
    scoped,
    gateway,
    environment: { FLEXPRICE_URL: gateway.url, FLEXPRICE_API_KEY: secret },
    post: (path, body) =>
      fetch(`${gateway.url}/v1${path}`, {
        method: 'POST',
        headers: { 'x-api-key': secret, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A plan with one price that none of its subscriptions has yet. */
export async function planToSync(
  { scoped, post }: StackUnderTest,
  subscriptions: number,
): Promise<{ readonly planId: string; readonly subscriptionIds: readonly string[] }> {
  const now = await readNow(scoped)
  const plan = await insertPlan(scoped, { name: 'Pro' }, now)
  const customer = await insertCustomer(scoped, { external_id: plan.id, name: 'Ada' }, now)
  const subscriptionIds = await insertMonthlySubscriptions(scoped, {
    planId: plan.id,
    customerId: customer.id,
    count: subscriptions,
  })
  const price = await post('/prices', priceBody(plan.id))
  if (!price.ok) throw new Error(`The price was refused: ${await price.text()}`)
  return { planId: plan.id, subscriptionIds }
}
