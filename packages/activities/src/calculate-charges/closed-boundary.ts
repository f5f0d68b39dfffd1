import { type ChargeFacts, readWrittenInvoices, type WantedInvoice } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { type BilledCycle, billedCycle, isBoundaryBilled } from './billed-cycle.ts'

/** Which invoice a billing of a subscription is. */
export function wantedInvoice(
  { subscription }: ChargeFacts,
  billed: Pick<BilledCycle, 'reason' | 'period'>,
): WantedInvoice {
  return {
    subscription_id: subscription.id,
    billing_reason: billed.reason,
    period_start: billed.period.start,
    period_end: billed.period.end,
    isBilled: isBoundaryBilled(subscription, billed),
  }
}

/** Whether a caller has closed the invoice of the subscription's next boundary, before billing has come to it. */
export async function isBoundaryClosed(scoped: Scoped, facts: ChargeFacts): Promise<boolean> {
  const billed = billedCycle(facts, { kind: 'next' })
  const { closed } = await readWrittenInvoices(scoped, [wantedInvoice(facts, billed)])
  return closed.has(facts.subscription.id)
}
