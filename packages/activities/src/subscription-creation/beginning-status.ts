import type { SubscriptionCreation } from '@flexprice/database/creation'
import type { NewInvoice } from '@flexprice/database/invoices'
import { invalid } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import type { Schedule } from '@flexprice/domain/subscription'

type Row = SubscriptionCreation['subscription']

/**
 * How a subscription begins: trialing, or active unless its first invoice waits for a payment and the
 * caller wants it incomplete meanwhile (billing rules, section 7). As Stripe documents it, an invoice that
 * is sent (`send_invoice`) makes nothing incomplete, and `error_if_incomplete` makes nothing at all when
 * the payment cannot be taken at once, which it cannot: there is no way to take one yet.
 *
 * @throws validation_error for `error_if_incomplete` with something to pay
 */
export function beginningStatus({
  schedule,
  invoice,
  paymentBehavior,
  collectionMethod,
}: {
  schedule: Schedule
  invoice: NewInvoice | null
  paymentBehavior: Row['payment_behavior']
  collectionMethod: Row['collection_method']
}): Row['subscription_status'] {
  if (schedule.trial) return 'trialing'
  const isUnpaid = invoice !== null && isPositive(readDecimal(invoice.invoice.amount_due))
  if (!isUnpaid || collectionMethod === 'send_invoice' || paymentBehavior === 'default_active')
    return 'active'
  if (paymentBehavior === 'error_if_incomplete') {
    const message = 'the first invoice cannot be paid at once: no payment can be taken yet'
    throw invalid([{ path: 'payment_behavior', message }])
  }
  return 'incomplete'
}
