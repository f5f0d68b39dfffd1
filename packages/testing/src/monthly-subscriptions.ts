import { readNow, type Scoped } from '@flexprice/database/connection'
import { insertSubscriptions, subscriptionsInsertMax } from '@flexprice/database/subscriptions'

const dayMs = 86_400_000

/** So many alike monthly subscriptions of one customer, by the database's function. Answers their ids. */
export async function insertMonthlySubscriptions(
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
