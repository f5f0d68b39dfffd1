import type { SubscriptionLineItemResponse } from '@flexprice/contracts/subscriptions'
import type { LineItemRow } from '@flexprice/database/line-items'
import type { Scope } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'

/** A line with what it shows of its price and plan, without the price itself. */
export function lineItemResponse(
  scope: Scope,
  row: LineItemRow,
): Omit<SubscriptionLineItemResponse, 'price'> {
  return {
    ...recordResponse(scope, row),
    status: 'published',
    subscription_id: row.subscription_id,
    customer_id: row.customer_id,
    price_id: row.price_id,
    price_type: row.price_type,
    entity_type: row.entity_type,
    entity_id: row.entity_id,
    plan_display_name: row.plan_name,
    display_name: row.display_name,
    quantity: decimalText(row.quantity),
    currency: row.currency,
    billing_period: row.billing_period,
    billing_period_count: row.billing_period_count,
    invoice_cadence: row.invoice_cadence,
    meter_id: row.meter_id ?? undefined,
    start_date: row.start_date,
    end_date: row.end_date ?? undefined,
    metadata: { ...row.metadata },
  }
}
