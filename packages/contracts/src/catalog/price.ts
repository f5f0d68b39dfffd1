import {
  billingModels,
  invoiceCadences,
  type PriceTerms,
  packageRoundings,
  priceTypes,
  tierModes,
  validatePriceTerms,
} from '@flexprice/domain/price'
import { versionWaits } from '@flexprice/domain/subscription'
import { billingPeriods } from '@flexprice/domain/time'
import { z } from 'zod'
import { decimalString } from '../wire/decimal-string.ts'
import { pathSegments } from '../wire/field-path.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordStatus } from '../wire/record-fields.ts'
import { expand, filterCondition, filtersMax, page, sortLengthMax } from '../wire/search.ts'
import { description, identifier, identifiers, name, text } from '../wire/text.ts'
import { bucketSize, filterValues } from './meter.ts'

const tiersMax = 500
const bulkPricesMax = 100
const trialDaysMax = 3_650
const filterKeysMax = 100

export const billingPeriod = z.enum(billingPeriods)
export const invoiceCadence = z.enum(invoiceCadences)
export const priceType = z.enum(priceTypes)
/** The contract has one value; old SDKs always send it and always expect it. */
export const billingCadence = z.literal('RECURRING')
export const billingModel = z.enum(billingModels)
export const tierMode = z.enum(tierModes)
export const priceUnitType = z.enum(['FIAT', 'CUSTOM'])
export const priceEntityType = z.enum(['PLAN', 'SUBSCRIPTION', 'ADDON', 'PRICE', 'COSTSHEET'])
const priceTier = z.strictObject({
  up_to: z.int().optional(),
  unit_amount: decimalString,
  flat_amount: decimalString.optional(),
})
export const tiers = z.array(priceTier).max(tiersMax)

export const transformQuantity = z.strictObject({
  divide_by: z.int().optional(),
  round: z.enum(packageRoundings).optional(),
})

export const priceUnitConfig = z.strictObject({
  price_unit: identifier,
  amount: decimalString.optional(),
  price_unit_tiers: tiers.optional(),
})

export const priceNotes = {
  description: description.optional(),
  display_name: name.optional(),
  lookup_key: text(255).optional(),
  metadata: metadata.optional(),
}

/** Which of its meter's events a price is for: property → the values that count. */
const priceFilterValues = z
  .record(name, filterValues)
  .refine(
    (values) => Object.keys(values).length <= filterKeysMax,
    `has more than ${filterKeysMax} properties`,
  )

const createPriceFields = z.strictObject({
  type: priceType,
  price_unit_type: notBuiltValues(priceUnitType, ['CUSTOM']),
  entity_type: notBuiltValues(priceEntityType, ['SUBSCRIPTION', 'ADDON', 'PRICE', 'COSTSHEET']),
  entity_id: identifier,
  billing_model: billingModel,
  billing_period: billingPeriod,
  billing_period_count: z.int().default(1),
  billing_cadence: text(50).nullish(),
  invoice_cadence: invoiceCadence,
  currency: text(3),
  amount: decimalString.optional(),
  tier_mode: tierMode.optional(),
  tiers: tiers.optional(),
  transform_quantity: transformQuantity.optional(),
  min_quantity: z.int().min(0).optional(),
  trial_period_days: z.int().min(0).max(trialDaysMax).default(0),
  start_date: instant.optional(),
  end_date: instant.optional(),
  ...priceNotes,
  meter_id: text(255).optional(),
  bucket_size: bucketSize.optional(),
  filter_values: priceFilterValues.optional(),
  group_id: text(255).optional(),
  price_unit_config: notBuilt(priceUnitConfig),
})

/** The problems of the price as a whole come under the paths of its own fields. */
export const createPriceRequest = createPriceFields.check((context) => {
  for (const { path, message } of validatePriceTerms(priceTerms(context.value))) {
    context.issues.push({ code: 'custom', input: context.value, path: pathSegments(path), message })
  }
})
export type CreatePriceRequest = z.output<typeof createPriceRequest>

type PriceFields = z.output<typeof createPriceFields>

/** The request's money in the domain's words. */
export function priceTerms(price: PriceFields): PriceTerms {
  const { tiers: ladder, transform_quantity: packages } = price
  return {
    type: price.type,
    billing_model: price.billing_model,
    billing_period: price.billing_period,
    billing_period_count: price.billing_period_count,
    invoice_cadence: price.invoice_cadence,
    currency: price.currency,
    amount: price.amount,
    tier_mode: price.tier_mode,
    tiers: ladder?.map((tier) => ({ ...tier, up_to: tier.up_to?.toString() })),
    transform_quantity: packages && { divide_by: packages.divide_by ?? 0, round: packages.round },
    start_date: price.start_date,
    end_date: price.end_date,
    meter_id: price.meter_id,
    bucket_size: price.bucket_size,
    filter_values: price.filter_values,
  }
}

export const createBulkPriceRequest = z.strictObject({
  items: z.array(createPriceRequest).min(1).max(bulkPricesMax),
})

/**
 * Money that is given makes a successor from `effective_from`, or in each running subscription from its own next period
 * (`effective_at`); notes alone change in place.
 */
export const updatePriceRequest = z.strictObject({
  amount: decimalString.optional(),
  billing_model: billingModel.optional(),
  tier_mode: tierMode.optional(),
  tiers: tiers.optional(),
  transform_quantity: transformQuantity.optional(),
  effective_from: instant.optional(),
  effective_at: z.enum(versionWaits).optional(),
  ...priceNotes,
  // Money: it makes a successor. An empty group takes the price out of its group.
  bucket_size: bucketSize.optional(),
  group_id: text(255).optional(),
  price_unit_amount: notBuilt(decimalString),
  price_unit_tiers: notBuilt(tiers),
})
export type UpdatePriceRequest = z.output<typeof updatePriceRequest>

export const deletePriceRequest = z.strictObject({ end_date: instant.optional() })

export const priceFilter = z.strictObject({
  ...page,
  order: z.enum(['asc', 'desc']).optional(),
  // Other than elsewhere in the contract this is a text: a field's name.
  sort: text(sortLengthMax).optional(),
  filters: z.array(filterCondition).max(filtersMax).optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
  status: recordStatus.optional(),
  expand: expand(['plan', 'meters', 'groups', 'features']),
  allow_expired_prices: z.boolean().default(false),
  billing_periods: z.array(billingPeriod).max(billingPeriods.length).optional(),
  entity_ids: identifiers.optional(),
  entity_type: priceEntityType.optional(),
  parent_price_id: identifier.optional(),
  plan_ids: identifiers.optional(),
  price_ids: identifiers.optional(),
  start_date_lt: instant.optional(),
  subscription_id: identifier.optional(),
  updated_after: instant.optional(),
  meter_ids: identifiers.optional(),
})
export type PriceFilter = z.output<typeof priceFilter>
