import { readNow, type Scoped } from '@flexprice/database/connection'
import { listEntitledSubscriptions } from '@flexprice/database/subscriptions'
import { subscriptionResponse } from '../subscriptions/subscription-response.ts'
import { aggregatedFeatures } from './aggregated-features.ts'

/** What a customer's active subscriptions entitle it to, and which they are. */
export async function customerEntitlements(scoped: Scoped, customerId: string) {
  const now = await readNow(scoped)
  const subscriptions = await listEntitledSubscriptions(scoped, customerId, now)
  return {
    customer_id: customerId,
    features: await aggregatedFeatures(scoped, { subscriptions, now }),
    subscriptions: subscriptions.map((row) => subscriptionResponse(scoped.scope, row)),
  }
}
