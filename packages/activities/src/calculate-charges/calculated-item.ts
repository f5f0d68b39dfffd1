import type { NewCalculationItem } from '@flexprice/database/calculations'
import { formatDecimal } from '@flexprice/domain/money'
import { instantText } from '@flexprice/domain/time'
import type { ChargeOutcome } from './calculate-charges.ts'

/** What a calculation keeps of a subscription: its charges, or why there are none. */
export function calculatedItem(outcome: ChargeOutcome, invoiceId: string | null): NewCalculationItem {
  const { subscription } = outcome.facts
  const of = {
    subscription_id: subscription.id,
    customer_id: subscription.customer_id,
    external_customer_id: subscription.external_customer_id,
    plan_id: subscription.plan_id,
    currency: subscription.currency,
    invoice_id: invoiceId,
    is_invoiced: false,
  }
  if ('error' in outcome) {
    const { code, message } = outcome.error
    const none = { period_start: null, period_end: null, subtotal: null, total: null, lines: [] }
    return { ...of, ...none, error: { code, message } }
  }
  const { amounts } = outcome.settlement
  return {
    ...of,
    ...(outcome.invoicedBy !== null && { invoice_id: outcome.invoicedBy, is_invoiced: true }),
    period_start: outcome.period.start,
    period_end: outcome.period.end,
    subtotal: formatDecimal(amounts.subtotal),
    total: formatDecimal(amounts.total),
    error: null,
    lines: [...outcome.written, ...outcome.charges].map(
      ({ line, span, quantity, amount, explanation, warnings }) => ({
        subscription_line_item_id: line.id,
        price_id: line.price.id,
        price_type: line.price.type,
        display_name: line.price.display_name || subscription.plan_name,
        quantity: formatDecimal(quantity),
        amount: formatDecimal(amount),
        period_start: instantText(span.start),
        period_end: instantText(span.end),
        explanation,
        warnings,
      }),
    ),
  }
}
