import { workflows } from '@flexprice/contracts/workflows'
import { priceSyncWorkflowId } from '@flexprice/contracts/workflows/price-sync'
import { insertPlan, insertPrices, listPlanPrices } from '@flexprice/database/catalog'
import {
  createDatabase,
  type Database,
  inTransaction,
  readNow,
  type Scoped,
} from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { getSubscription, insertSubscriptions } from '@flexprice/database/subscriptions'
import { createApiKey, createEnvironment, createTenant, hashApiKey } from '@flexprice/database/tenancy'
import { gridIntervalAt } from '@flexprice/domain/time'
import type { DatabasePart } from './database.ts'
import { makeDemoMonth } from './demo-month.ts'
import { demoPrices } from './demo-prices.ts'
import type { DemoMonthSettings, DemoSettings } from './settings-file.ts'
import type { DemoStack, Stack } from './stack-file.ts'
import type { StackRun } from './stack-run.ts'

export interface DemoPart {
  readonly taken: string
  readonly apiKey: string
  readonly commands: DemoStack
}

const customerCount = 1_000
const poolSize = 4
const closedAfterMs = 2 * 3_600_000
const priceAgeMs = 100 * 86_400_000
const actor = { userId: 'local-stack', requestId: 'local-stack' }

/** Something to sync: a tenant with a key, a plan with three prices and a thousand subscriptions. Made once, then found again. */
export async function makeDemo(
  run: StackRun,
  database: DatabasePart,
  tell: (doing: string) => void,
): Promise<DemoPart> {
  await using pool = createDatabase({
    url: database.appUrl,
    applicationName: 'local-stack',
    poolSizeMax: poolSize,
  })
  const known = run.settings.read().demo
  if (known) {
    const scoped = await scopeOfKey(pool, known.api_key)
    // Awaited here: the pool is closed on the way out.
    if (scoped) {
      const demo = known.month
        ? known
        : { ...known, month: await makeDemoMonth(pool, { ownerUrl: database.ownerUrl, actor }) }
      run.settings.change({ demo })
      return await describe(pool, { scoped, demo }, 'there already')
    }
  }
  tell(`making a tenant, a key, a plan and ${customerCount} subscriptions`)
  const { scoped, demo: first } = await create(pool, database.ownerUrl)
  run.settings.change({ demo: first })
  tell('making an environment with a test clock, and a month of usage events')
  const demo = { ...first, month: await makeDemoMonth(pool, { ownerUrl: database.ownerUrl, actor }) }
  run.settings.change({ demo })
  const made = `${demoPrices.length} prices, ${customerCount} subscriptions; an environment with a test clock`
  return await describe(pool, { scoped, demo }, `1 plan, ${made}`)
}

/** The commands to try on a stack that runs already: what they name may have changed since it was started. */
export async function currentDemo({
  database_url: url,
  api_key: apiKey,
  demo,
}: Pick<Stack, 'database_url' | 'api_key' | 'demo'>): Promise<DemoStack | undefined> {
  if (url === undefined || apiKey === undefined || demo === undefined) return undefined
  await using pool = createDatabase({ url, applicationName: 'local-stack', poolSizeMax: 1 })
  const scoped = await scopeOfKey(pool, apiKey)
  // Awaited here: the pool is closed on the way out.
  const month = demo.month && (await monthFor(pool, demo.month))
  return scoped && { ...(await commandsFor(scoped, demo.plan_id)), month }
}

/** The demo of the settings, if this database has it: another one may be given by DATABASE_URL since. */
async function scopeOfKey(pool: Database, apiKey: string): Promise<Scoped | undefined> {
  const key = await pool.findApiKey(hashApiKey(apiKey))
  if (!key || key.revokedAt) return undefined
  return pool.scoped({ ...actor, tenantId: key.tenantId, environmentId: key.environmentId })
}

async function create(pool: Database, ownerUrl: string): Promise<{ scoped: Scoped; demo: DemoSettings }> {
  const tenant = await createTenant(ownerUrl, { name: 'Demo' })
  const environment = await createEnvironment(ownerUrl, {
    tenantId: tenant.id,
    name: 'Development',
    type: 'development',
  })
  const scoped = pool.scoped({ ...actor, tenantId: tenant.id, environmentId: environment.id })
  const now = await readNow(scoped)
  // The key comes with the rest or not at all: a start that was cut off leaves a tenant that nobody uses, no half a demo.
  const demo = await inTransaction(scoped, async (transaction) => {
    const plan = await insertPlan(
      transaction,
      { name: 'Demo', lookup_key: 'demo', description: 'Made by npm run up' },
      now,
    )
    await insertPrices(
      transaction,
      // Long enough ago that a subscription can have begun in the past, and missed some billing.
      demoPrices.map((price) => ({
        ...price,
        plan_id: plan.id,
        start_date: new Date(now.getTime() - priceAgeMs),
      })),
      now,
    )
    await subscribeCustomers(transaction, plan.id, now)
    const key = await createApiKey(transaction, { name: 'Demo' })
    return { api_key: key.secret, plan_id: plan.id }
  })
  return { scoped, demo }
}

async function subscribeCustomers(scoped: Scoped, planId: string, now: Date): Promise<void> {
  const grid = { anchor: now, period: 'MONTHLY', count: 1, timeZone: 'UTC' } as const
  const period = gridIntervalAt(grid, now)
  const subscriptions = []
  for (let number = 1; number <= customerCount; number += 1) {
    const name = `Demo customer ${number}`
    const customer = await insertCustomer(scoped, { external_id: `demo-${number}`, name }, now)
    subscriptions.push({
      customerId: customer.id,
      currency: 'usd',
      billingPeriod: grid.period,
      billingPeriodCount: grid.count,
      billingCycle: 'anniversary',
      billingAnchor: grid.anchor,
      timezone: grid.timeZone,
      startDate: now,
      endDate: null,
      currentPeriodStart: period.start,
      currentPeriodEnd: period.end,
      status: 'active',
    } as const)
  }
  await insertSubscriptions(scoped, { planId, subscriptions, now })
}

/** The commands name the price as it stands now: an earlier edit has ended the one that the demo began with. */
async function describe(
  pool: Database,
  { scoped, demo }: { scoped: Scoped; demo: DemoSettings },
  taken: string,
): Promise<DemoPart> {
  const month = demo.month && (await monthFor(pool, demo.month))
  const commands = { ...(await commandsFor(scoped, demo.plan_id)), month }
  return { taken: `tenant "Demo", ${taken}`, apiKey: demo.api_key, commands }
}

/** Two hours behind the end of its period: the invoice has been closed then. Undefined once it has no next one. */
async function monthFor(
  pool: Database,
  { api_key, subscription_id }: DemoMonthSettings,
): Promise<DemoStack['month']> {
  const scoped = await scopeOfKey(pool, api_key)
  if (!scoped) return undefined
  const { current_period_end: end } = await getSubscription(scoped, subscription_id)
  const next_clock = new Date(end.getTime() + closedAfterMs).toISOString()
  const move = { kind: 'clock', to: next_clock } as const
  const workflow_id = workflows['cron-billing'].workflowId(scoped.scope.environmentId, move)
  return { api_key, subscription_id, next_clock, workflow_id }
}

async function commandsFor(scoped: Scoped, planId: string): Promise<DemoStack> {
  const prices = await listPlanPrices(scoped, [planId], await readNow(scoped))
  const price = prices.find(
    (candidate) => candidate.billing_model === 'FLAT_FEE' && candidate.end_date === null,
  )
  return {
    plan_id: planId,
    price_id: price?.id,
    next_amount: Number(price?.amount) === 12.5 ? '15.00' : '12.50',
    workflow_id: priceSyncWorkflowId(scoped.scope.environmentId, planId),
  }
}
