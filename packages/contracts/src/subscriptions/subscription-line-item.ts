import { z } from 'zod'
import { meter } from '../catalog/meter.ts'
import { billingPeriod, invoiceCadence, priceType } from '../catalog/price.ts'
import { linePrice, priceResponse } from '../catalog/price-response.ts'
import { instant } from '../wire/instant.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { identifiers, text } from '../wire/text.ts'

const currenciesMax = 200

export const subscriptionLineItemFilter = z.strictObject({
  ...searchFields,
  // As in the contract: lines that are over are left out unless this is false.
  active_filter: z.boolean().default(true),
  current_period_start: instant.optional(),
  subscription_ids: identifiers.optional(),
  subscription_line_item_ids: identifiers.optional(),
  customer_ids: identifiers.optional(),
  price_ids: identifiers.optional(),
  entity_ids: identifiers.optional(),
  entity_type: notBuiltValues(z.enum(['plan', 'addon', 'subscription']), ['addon']).optional(),
  billing_periods: z.array(text(50)).max(currenciesMax).optional(),
  currencies: z.array(text(3)).max(currenciesMax).optional(),
  expand: expand(['price', 'meters'], {
    prices: ['price'],
    'subscription_line_items.meters': ['meters'],
  }),
  addon_association_ids: notBuilt(identifiers),
  meter_ids: identifiers.optional(),
})
export type SubscriptionLineItemFilter = z.output<typeof subscriptionLineItemFilter>

const lineItemFields = {
  ...recordFields,
  subscription_id: z.string(),
  customer_id: z.string().optional(),
  price_id: z.string(),
  price_type: priceType.optional(),
  entity_id: z.string().optional(),
  entity_type: z.enum(['plan', 'addon', 'subscription']).optional(),
  plan_display_name: z.string().optional(),
  display_name: z.string().optional(),
  quantity: z.string(),
  currency: z.string().optional(),
  billing_period: billingPeriod.optional(),
  billing_period_count: z.int().optional(),
  invoice_cadence: invoiceCadence.optional(),
  start_date: instant.optional(),
  end_date: instant.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  addon_association_id: z.string().optional(),
  subscription_phase_id: z.string().optional(),
  meter: meter.optional(),
  meter_id: z.string().optional(),
  meter_display_name: z.string().optional(),
  price_unit: z.string().optional(),
  price_unit_id: z.string().optional(),
  commitment_amount: z.string().optional(),
  commitment_duration: billingPeriod.optional(),
  commitment_overage_factor: z.string().optional(),
  commitment_quantity: z.string().optional(),
  commitment_time_buckets: z.array(laterObject('TimeOfDayBucket')).optional(),
  commitment_true_up_enabled: z.boolean().optional(),
  commitment_type: z.enum(['quantity', 'amount']).optional(),
  commitment_windowed: z.boolean().optional(),
}

/** A line inside its subscription's answer. */
export const subscriptionLineItem = z
  .object({ ...lineItemFields, price: linePrice.optional() })
  .meta({ id: 'SubscriptionSubscriptionLineItem' })

export const subscriptionLineItemResponse = z
  .object({ ...lineItemFields, price: priceResponse.optional() })
  .meta({ id: 'SubscriptionLineItemResponse' })
export type SubscriptionLineItemResponse = z.output<typeof subscriptionLineItemResponse>

export const listSubscriptionLineItemsResponse = listOf(subscriptionLineItemResponse).meta({
  id: 'ListSubscriptionLineItemsResponse',
})
