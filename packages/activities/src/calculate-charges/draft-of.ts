import type { NewInvoice } from '@flexprice/database/invoices'
import { draftInvoice } from '../invoicing/draft-invoice.ts'
import type { SubscriptionCharges } from './calculate-charges.ts'

/** The charges of a subscription as the draft of their invoice, with what that one has already. */
export function draftOf(
  { facts, reason, period, requestKey, grid, written, charges, settlement }: SubscriptionCharges,
  now: Date,
): NewInvoice {
  const { subscription } = facts
  return draftInvoice({
    customerId: subscription.customer_id,
    subscriptionId: subscription.id,
    plan: { id: subscription.plan_id, name: subscription.plan_name },
    currency: subscription.currency,
    charges: [...written, ...charges],
    ...{ reason, period, requestKey, grid, settlement, now },
  })
}

/** Of nothing there is none, but for what tells of a trial; a draft that is there is closed with nothing on it. */
export function hasInvoice({
  charges,
  reason,
  hasForecast,
}: Pick<SubscriptionCharges, 'charges' | 'reason' | 'hasForecast'>): boolean {
  return charges.length > 0 || reason === 'SUBSCRIPTION_TRIAL_START' || hasForecast
}
