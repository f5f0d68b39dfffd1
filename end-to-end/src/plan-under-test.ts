import type { Scoped } from '@flexprice/database/connection'
import { insertMonthlySubscriptions, priceBody } from '@flexprice/testing'
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
  // In sets, past the API: tests want tens of thousands.
  const addSubscriptions = (count: number) =>
    insertMonthlySubscriptions(scoped, { planId, customerId: customer.id, count })
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

const created = z.looseObject({ id: z.string() })
const prices = z.object({ items: z.array(created) })
