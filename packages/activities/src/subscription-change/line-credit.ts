import type { ChargeFacts } from '@flexprice/database/calculations'
import type { NewLineCredit } from '@flexprice/database/credits'
import type { NettedCredit } from '@flexprice/domain/change'
import { zero } from '@flexprice/domain/money'

/** What of billed time comes back, by what gives it back: a change, or a schedule at its boundary. */
export function lineCredit(
  { subscription }: Pick<ChargeFacts, 'subscription'>,
  { credit, netted }: Pick<NettedCredit, 'credit' | 'netted'>,
  sourceId: string,
): NewLineCredit {
  const { billed, amount } = credit
  return {
    subscriptionId: subscription.id,
    invoiceId: billed.invoiceId,
    lineId: billed.id,
    firstLineId: billed.id,
    sourceId,
    currency: subscription.currency,
    // Subscriptions' lines have neither discounts nor taxes yet.
    ...{ amount, discount: zero, tax: zero, netted },
    target: 'PREPAID_WALLET',
    reason: 'ORDER_CHANGE',
  }
}
