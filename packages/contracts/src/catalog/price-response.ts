import { packageRoundings } from '@flexprice/domain/price'
import { versionWaits } from '@flexprice/domain/subscription'
import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { laterObject } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { listOf } from '../wire/search.ts'
import { reportingUnit } from './feature.ts'
import { groupResponse } from './group.ts'
import { bucketSize, meterResponse } from './meter.ts'
import { planRecord } from './plan-record.ts'
import {
  billingCadence,
  billingModel,
  billingPeriod,
  invoiceCadence,
  priceEntityType,
  priceType,
  priceUnitType,
  tierMode,
} from './price.ts'

const priceTierResponse = z.object({
  up_to: z.int().optional(),
  unit_amount: z.string().optional(),
  flat_amount: z.string().optional(),
})

/** A price as a subscription's line shows it: without the records around it. */
export const linePrice = z
  .object({
    ...recordFields,
    amount: z.string().optional(),
    billing_cadence: billingCadence,
    billing_model: billingModel,
    billing_period: billingPeriod,
    billing_period_count: z.int(),
    bucket_size: bucketSize.optional(),
    conversion_rate: z.string().optional(),
    currency: z.string(),
    description: z.string().optional(),
    display_amount: z.string().optional(),
    display_name: z.string().optional(),
    display_price_unit_amount: z.string().optional(),
    // Ours: of a version that reaches each subscription which was running at its start at that one's next boundary.
    effective_at: z.enum(versionWaits).optional(),
    end_date: instant.optional(),
    entity_id: z.string(),
    entity_type: priceEntityType,
    group_id: z.string().optional(),
    invoice_cadence: invoiceCadence,
    lookup_key: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    meter_id: z.string().optional(),
    // Ours: which of the meter's events this price is for.
    filter_values: z.record(z.string(), z.array(z.string())).optional(),
    min_quantity: z.string().nullable().optional(),
    parent_price_id: z.string().optional(),
    price_unit: z.string().optional(),
    price_unit_amount: z.string().optional(),
    price_unit_id: z.string().optional(),
    price_unit_tiers: z.array(priceTierResponse).optional(),
    price_unit_type: priceUnitType,
    sequence: z.int().optional(),
    start_date: instant.optional(),
    tier_mode: tierMode.optional(),
    tiers: z.array(priceTierResponse).optional(),
    transform_quantity: z
      .object({ divide_by: z.int().optional(), round: z.enum(packageRoundings).optional() })
      .optional(),
    trial_period_days: z.int().optional(),
    type: priceType,
  })
  .meta({ id: 'PricePrice' })
export type LinePrice = z.output<typeof linePrice>

/** Amounts are decimal texts; what a price does not have is left out. */
export const priceResponse = z
  .object({
    ...linePrice.shape,
    plan: planRecord.optional(),
    addon: laterObject('AddonResponse').optional(),
    feature: z
      .object({ reporting_unit: reportingUnit.optional() })
      .meta({ id: 'PriceFeatureResponse' })
      .optional(),
    group: groupResponse.optional(),
    meter: meterResponse.optional(),
    pricing_unit: laterObject('PriceUnitResponse').optional(),
  })
  .meta({ id: 'PriceResponse' })
export type PriceResponse = z.output<typeof priceResponse>

export const createBulkPriceResponse = z.object({ items: z.array(priceResponse) })
export const listPricesResponse = listOf(priceResponse).meta({ id: 'ListPricesResponse' })
