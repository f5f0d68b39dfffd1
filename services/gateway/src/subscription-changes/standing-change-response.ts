import type { StandingChangePreview } from '@flexprice/contracts/changes'
import { subscriptionStatus } from '@flexprice/contracts/subscriptions'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { previewedInvoices } from './changed-invoices.ts'
import { toldWarnings } from './told-warnings.ts'

/** What a cancellation, a pause or its end would do. */
export function standingChangePreview(result: SubscriptionChangeResult): StandingChangePreview {
  return {
    subscription_id: result.after.id,
    effective_date: new Date(result.effective_at),
    status: subscriptionStatus.parse(result.after.status),
    total_credit_amount: result.proration.credit_amount,
    total_charge_amount: result.proration.charge_amount,
    proration_details: prorationDetailsOf(result),
    invoices: previewedInvoices(result),
    ...toldWarnings(result),
  }
}

/** What comes back of each line. */
export function prorationDetailsOf({
  credits,
  from_plan: plan,
}: SubscriptionChangeResult): StandingChangePreview['proration_details'] {
  return credits.map((credit) => ({
    line_item_id: credit.subscription_line_item_id,
    plan_name: plan.name,
    description: `Unused time from ${credit.period_start} to ${credit.period_end}, of invoice ${credit.invoice_id}`,
    credit_amount: credit.amount,
    charge_amount: '0',
    proration_days: Math.round((Date.parse(credit.period_end) - Date.parse(credit.period_start)) / dayMs),
  }))
}

const dayMs = 86_400_000
