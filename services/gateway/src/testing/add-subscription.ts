import { readNow } from '@flexprice/database/connection'
import { insertSubscriptions } from '@flexprice/database/subscriptions'
import { priceBody } from '@flexprice/testing'
import type { Caller } from './caller-under-test.ts'

export interface AddedSubscription {
  readonly subscriptionId: string
  readonly customerId: string
  readonly planId: string
  readonly priceId: string
}

let added = 0

/** A customer with a running monthly subscription to a plan of its own with one price. */
export async function addSubscription(caller: Caller): Promise<AddedSubscription> {
  const plan = await caller.create('/plans', { name: 'Pro' })
  const price = await caller.create('/prices', priceBody(plan.id, { min_quantity: 3 }))
  const customer = await caller.create('/customers', { external_id: `subscriber-${++added}`, name: 'Ada' })
  const subscriptionId = await subscribe(caller, { planId: plan.id, customerId: customer.id })
  return { subscriptionId, customerId: customer.id, planId: plan.id, priceId: price.id }
}

/** A running monthly subscription from now on, without a worker. */
export async function subscribe(
  caller: Caller,
  { planId, customerId }: Pick<AddedSubscription, 'planId' | 'customerId'>,
): Promise<string> {
  const now = await readNow(caller.scoped)
  const start = new Date(now.getTime() + 1)
  const [subscriptionId = ''] = await insertSubscriptions(caller.scoped, {
    planId,
    now,
    subscriptions: [
      {
        customerId,
        currency: 'usd',
        billingPeriod: 'MONTHLY',
        billingPeriodCount: 1,
        billingCycle: 'anniversary',
        billingAnchor: start,
        timezone: 'UTC',
        startDate: start,
        endDate: null,
        currentPeriodStart: start,
        currentPeriodEnd: new Date(start.getTime() + monthMs),
        status: 'active',
      },
    ],
  })
  return subscriptionId
}

const monthMs = 30 * 86_400_000
