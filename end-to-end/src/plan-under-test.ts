import { insertSubscriptions, readNow, type Scoped, subscriptionsInsertMax } from '@flexprice/database'
import { z } from 'zod'
import type { ApiClient } from './api-client.ts'

export interface PlanUnderTest {
  readonly planId: string
  /** In the order of their ids, which is that of the sync within a slice. */
  readonly subscriptionIds: readonly string[]
  /** Adds flat monthly prices by HTTP; no subscription has a line of them yet. */
  addPrices(count: number): Promise<string[]>
  /** More subscriptions, with a line of each price that the plan has by now. */
  addSubscriptions(count: number): Promise<string[]>
}

/** A plan without prices, made by HTTP, with monthly subscriptions of one customer. */
export async function makePlan(
  { api, scoped }: { readonly api: ApiClient; readonly scoped: Scoped },
  subscriptions: number,
): Promise<PlanUnderTest> {
  const planId = created.parse(await api.send('POST', '/plans', { name: 'Pro' })).id
  const customer = created.parse(await api.send('POST', '/customers', { external_id: planId, name: 'Ada' }))
  const addSubscriptions = (count: number) => subscribe(scoped, { planId, customerId: customer.id, count })
  return {
    planId,
    subscriptionIds: (await addSubscriptions(subscriptions)).toSorted(),
    addSubscriptions,
    async addPrices(count) {
      const items = Array.from({ length: count }, () => priceBody(planId))
      return prices.parse(await api.send('POST', '/prices/bulk', { items })).items.map(({ id }) => id)
    },
  }
}

const dayMs = 86_400_000
const created = z.looseObject({ id: z.string() })
const prices = z.object({ items: z.array(created) })

/** By the database's function, as there is no API for it yet. */
async function subscribe(
  scoped: Scoped,
  { planId, customerId, count }: { planId: string; customerId: string; count: number },
): Promise<string[]> {
  const now = await readNow(scoped)
  const subscription = {
    customerId,
    currency: 'usd',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: now,
    timezone: 'UTC',
    startDate: now,
    endDate: null,
    currentPeriodStart: now,
    currentPeriodEnd: new Date(now.getTime() + 30 * dayMs),
    status: 'active',
  } as const
  const ids: string[] = []
  while (ids.length < count) {
    const length = Math.min(subscriptionsInsertMax, count - ids.length)
    const subscriptions = Array.from({ length }, () => subscription)
    ids.push(...(await insertSubscriptions(scoped, { planId, subscriptions, now })))
  }
  return ids
}

function priceBody(planId: string) {
  return {
    entity_type: 'PLAN',
    entity_id: planId,
    type: 'FIXED',
    price_unit_type: 'FIAT',
    billing_model: 'FLAT_FEE',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
    currency: 'usd',
    amount: '10.50',
  }
}
