import { insertSubscriptions } from '@flexprice/database/subscriptions'
import { priceBody } from '@flexprice/testing'
import type { Caller } from './caller-under-test.ts'
import { meteredFeatureBody, usageOf } from './metered-feature.ts'

const start = new Date('2026-08-01T00:00:00.000Z')
const end = new Date('2026-09-01T00:00:00.000Z')
const monthMs = end.getTime() - start.getTime()
const long = { start_date: '2020-01-01T00:00:00Z' }
const tiers = [
  { up_to: 5, unit_amount: '0.1', flat_amount: '0.35' },
  { up_to: 12, unit_amount: '0.077' },
  { unit_amount: '0.0333', flat_amount: '1' },
]
const models = [
  { amount: '0.015' },
  { billing_model: 'PACKAGE', amount: '0.7', transform_quantity: { divide_by: 3 } },
  { billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined, tiers },
  { billing_model: 'TIERED', tier_mode: 'VOLUME', amount: undefined, tiers },
]
const meters = [
  { aggregation: { type: 'COUNT' } },
  { aggregation: { type: 'SUM', field: 'size' } },
  { aggregation: { type: 'AVG', field: 'size' } },
  { aggregation: { type: 'MAX', field: 'size', bucket_size: 'DAY' } },
  { aggregation: { type: 'COUNT_UNIQUE', field: 'who' } },
  { aggregation: { type: 'LATEST', field: 'size' } },
  { aggregation: { type: 'WEIGHTED_SUM', field: 'size' } },
  { aggregation: { type: 'SUM_WITH_MULTIPLIER', field: 'size', multiplier: '0.3' } },
]
const resets = [undefined, 'DAILY', 'NEVER', 'MONTHLY']

/** 1,000 subscriptions of 20 plans: all models and aggregations, allowances, buckets, values that are no numbers. */
export async function addBook(caller: Caller, seed: number): Promise<string[]> {
  const random = createRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  const features: { id: string; meterId: unknown; eventName: string }[] = []
  for (const [index, meter] of meters.entries()) {
    const eventName = `book-${seed}-${index}`
    const body = meteredFeatureBody({}, { event_name: eventName, ...meter })
    const feature = await caller.create('/features', body)
    features.push({ id: feature.id, meterId: feature.meter_id, eventName })
  }
  const ids: string[] = []
  const customers: string[] = []
  for (let plan = 0; plan < 20; plan++) {
    const { id: planId } = await caller.create('/plans', { name: `Book ${plan}` })
    await caller.create('/prices', priceBody(planId, { ...long, amount: String(1 + plan / 8) }))
    await caller.create('/prices', priceBody(planId, { ...long, amount: '3.33', invoice_cadence: 'ARREAR' }))
    for (const [index, feature] of features.entries()) {
      if ((index + plan) % 2 === 0) continue
      const usage = usageOf(feature.meterId, { ...long, ...pick(models) })
      await caller.create('/prices', priceBody(planId, usage))
      if (random() < 0.5) continue
      const reset = pick(resets)
      await caller.create('/entitlements', {
        ...{ entity_type: 'PLAN', entity_id: planId, plan_id: planId, feature_id: feature.id },
        ...{ feature_type: 'metered', is_enabled: true, usage_limit: Math.floor(random() * 8) },
        ...(reset === undefined ? {} : { usage_reset_period: reset }),
      })
    }
    const externalId = `book-${seed}-${plan}`
    const { id: customerId } = await caller.create('/customers', { external_id: externalId, name: 'Ada' })
    customers.push(externalId)
    ids.push(...(await addSubscriptions(caller, { planId, customerId })))
  }
  await addEvents(caller, { seed, random, customers, names: features.map(({ eventName }) => eventName) })
  return ids
}

function addSubscriptions(caller: Caller, { planId, customerId }: { planId: string; customerId: string }) {
  const subscriptions = Array.from({ length: 50 }, (_, index) => ({
    customerId,
    currency: 'usd',
    billingPeriod: 'MONTHLY' as const,
    billingPeriodCount: 1,
    billingCycle: 'anniversary' as const,
    billingAnchor: start,
    timezone: ['UTC', 'Asia/Kolkata', 'America/New_York'][index % 3] ?? 'UTC',
    // Each begins at another hour, so that each counts other events of its customer.
    startDate: new Date(start.getTime() + index * 3_600_000 * 7),
    endDate: null,
    currentPeriodStart: new Date(start.getTime() + index * 3_600_000 * 7),
    currentPeriodEnd: end,
    status: 'active' as const,
  }))
  return insertSubscriptions(caller.scoped, { planId, subscriptions, now: start })
}

async function addEvents(
  { scoped }: Caller,
  book: { seed: number; random: () => number; customers: readonly string[]; names: readonly string[] },
): Promise<void> {
  const { random } = book
  const rows = book.customers.flatMap((customer) =>
    book.names.flatMap((name) =>
      Array.from({ length: 15 }, (_, index) => ({
        environment_id: scoped.scope.environmentId,
        event_id: `${customer}:${name}:${index}`,
        event_name: name,
        external_customer_id: customer,
        customer_id: null,
        timestamp: new Date(start.getTime() + Math.floor(random() * monthMs)),
        source: null,
        properties: JSON.stringify({
          size: random() < 0.1 ? 'NaN' : String(Math.floor(random() * 9_000) / 1_000),
          who: `user-${Math.floor(random() * 6)}`,
        }),
        ingested_at: end,
      })),
    ),
  )
  await scoped.db.insertInto('events').values(rows).execute()
}

/** A linear congruential generator: the same book for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
