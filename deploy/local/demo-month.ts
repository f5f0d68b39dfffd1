import { insertFeature, insertPlan, insertPrices } from '@flexprice/database/catalog'
import { type Database, inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { postgresEventStore } from '@flexprice/database/events'
import { insertSubscriptions } from '@flexprice/database/subscriptions'
import { createApiKey, createEnvironment, createTenant } from '@flexprice/database/tenancy'
import type { DemoMonthSettings } from './settings-file.ts'

const dayMs = 86_400_000
const eventCount = 1_500
/** Of the month, at which the clock stands: what is used until then is there. */
const days = 20

/**
 * A tenant whose environment has a test clock, so that a month of billing can be seen in a second: a plan with a fee and
 * metered calls, a customer who subscribed on the first day of last month and has called since, and the clock
 * at its 21st. All is billed in arrear, so that nothing is owed as yet.
 */
export async function makeDemoMonth(
  pool: Database,
  { ownerUrl, actor }: { ownerUrl: string; actor: Pick<Scoped['scope'], 'userId' | 'requestId'> },
): Promise<DemoMonthSettings> {
  // By this machine's time: whatever the day, that month is over.
  const timeOfDay = new Date()
  const start = new Date(Date.UTC(timeOfDay.getUTCFullYear(), timeOfDay.getUTCMonth() - 1, 1))
  const tenant = await createTenant(ownerUrl, { name: 'Demo of a test clock' })
  const environment = await createEnvironment(ownerUrl, {
    tenantId: tenant.id,
    name: 'Test clock',
    type: 'development',
    clockAt: new Date(start.getTime() + days * dayMs),
  })
  const scoped = pool.scoped({ ...actor, tenantId: tenant.id, environmentId: environment.id })
  return await inTransaction(scoped, async (transaction) => {
    const subscriptionId = await subscribe(transaction, start)
    await postgresEventStore.append(transaction, callsSince(start))
    // It comes with the rest or not at all.
    const key = await createApiKey(transaction, { name: 'Demo' })
    return { api_key: key.secret, subscription_id: subscriptionId }
  })
}

const terms = {
  currency: 'usd',
  billing_period: 'MONTHLY',
  invoice_cadence: 'ARREAR',
} as const

async function subscribe(scoped: Scoped, start: Date): Promise<string> {
  const now = await readNow(scoped)
  const plan = await insertPlan(scoped, { name: 'Pro', description: 'Made by npm run up' }, now)
  const meter = {
    name: 'API calls',
    event_name: 'api_call',
    aggregation_type: 'COUNT',
    reset_usage: 'BILLING_PERIOD',
  } as const
  const feature = await insertFeature(scoped, { name: 'API calls', type: 'metered', meter }, now)
  await insertPrices(
    scoped,
    [
      {
        ...{ ...terms, plan_id: plan.id, start_date: start, display_name: 'Support' },
        ...{ type: 'FIXED', billing_model: 'FLAT_FEE', amount: '20.00' },
      },
      {
        ...{ ...terms, plan_id: plan.id, start_date: start, display_name: 'API calls' },
        ...{ type: 'USAGE', billing_model: 'TIERED', tier_mode: 'SLAB', meter_id: feature.meter_id },
        tiers: [
          { up_to: 1_000, unit_amount: '0.01', flat_amount: null },
          { up_to: null, unit_amount: '0.005', flat_amount: null },
        ],
      },
    ],
    now,
  )
  const customer = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1))
  const subscription = {
    customerId: customer.id,
    currency: 'usd',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: start,
    timezone: 'UTC',
    startDate: start,
    endDate: null,
    currentPeriodStart: start,
    currentPeriodEnd: end,
    status: 'active',
  } as const
  const [id] = await insertSubscriptions(scoped, { planId: plan.id, subscriptions: [subscription], now })
  if (id === undefined) throw new Error('an insert returns its row')
  return id
}

function callsSince(start: Date) {
  const stepMs = (days * dayMs) / eventCount
  return Array.from({ length: eventCount }, (_, place) => ({
    ...{ eventId: `demo-${place}`, eventName: 'api_call', externalCustomerId: 'ada', customerId: null },
    timestamp: new Date(start.getTime() + place * stepMs).toISOString(),
    ...{ source: null, properties: {} },
  }))
}
