import { parseCurrency } from '@flexprice/domain/money'
import { isTimeZone, recurringPeriods } from '@flexprice/domain/time'
import { z } from 'zod'
import { billingPeriod } from '../catalog/price.ts'
import { overrideEntitlement } from '../entitlements/entitlement-override.ts'
import { subscriptionCreditGrant } from '../grants/credit-grant.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { idempotencyKey } from '../wire/idempotency-key.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { identifier, identifiers, text } from '../wire/text.ts'
import { overrideLineItem } from './price-override.ts'
import {
  billingCycle,
  collectionMethod,
  paymentBehavior,
  paymentTerms,
  prorationBehavior,
  subscriptionStatus,
} from './subscription-choices.ts'

const overridesMax = 100
const grantsMax = 100
const includedPricesMax = 1_000
const itemsMax = 1_000
const trialDaysMax = 3_650
const zoneLengthMax = 100
const periodCountMax = 1_000

const currency = text(3).refine((code) => parseCurrency(code) !== undefined, 'is not a currency of ISO 4217')
const timezone = text(zoneLengthMax).refine(
  (zone) => zone === '' || isTimeZone(zone),
  'is not a time zone of the IANA database',
)

/**
 * What a subscription is made from. Without defaults, so that what a request says, and with it the
 * hash that tells a repeated request from another one, does not depend on our version.
 */
const createSubscriptionFields = z.strictObject({
  customer_id: identifier.optional(),
  external_customer_id: identifier.optional(),
  plan_id: identifier,
  currency,
  billing_period: billingPeriod.refine((period) => period !== 'ONETIME', {
    error: `must be one of ${recurringPeriods.join(', ')}`,
  }),
  billing_period_count: z.int().min(1).max(periodCountMax).optional(),
  // Old SDKs always send it.
  // Older SDKs always send it, and it is always recurring, whatever it says.
  billing_cadence: text(50).nullish(),
  billing_cycle: billingCycle.optional(),
  billing_anchor: instant.optional(),
  timezone: timezone.optional(),
  start_date: instant.optional(),
  end_date: instant.optional(),
  /** Ours: a point of its grid; what lies before counts as billed, as of a subscription that comes from another system. */
  bill_from: instant.optional(),
  trial_period_days: z.int().min(0).max(trialDaysMax).optional(),
  subscription_status: notBuiltValues(subscriptionStatus, [
    'paused',
    'cancelled',
    'incomplete',
    'trialing',
  ]).optional(),
  payment_behavior: paymentBehavior.optional(),
  proration_behavior: prorationBehavior.optional(),
  collection_method: collectionMethod.optional(),
  payment_terms: paymentTerms.optional(),
  lookup_key: text(255).optional(),
  metadata: metadata.optional(),
  override_line_items: z.array(overrideLineItem).max(overridesMax).optional(),
  override_entitlements: z.array(overrideEntitlement).max(overridesMax).optional(),
  /** Of the plan's prices these alone, each with what has become and becomes of it; empty: all of them. */
  include_price_ids: z.array(identifier).max(includedPricesMax).optional(),
  /** Credits that are given to it alone, beside its plan's. */
  credit_grants: z.array(subscriptionCreditGrant).max(grantsMax).optional(),
  addons: notBuilt(z.array(laterObject('AddAddonToSubscriptionRequest'))),
  auto_invoice_threshold: notBuilt(decimalString, '0'),
  checkout: notBuilt(laterObject('CheckoutParams')),
  commitment_amount: notBuilt(decimalString, '0'),
  commitment_duration: notBuilt(billingPeriod),
  coupons: notBuilt(identifiers),
  enable_true_up: notBuilt(z.boolean()),
  fx_rates: notBuilt(z.array(laterObject('InlineFXRate'))),
  gateway_payment_method_id: notBuilt(identifier),
  inheritance: notBuilt(laterObject('SubscriptionInheritanceConfig')),
  line_item_commitments: notBuilt(z.record(z.string(), laterObject('LineItemCommitmentConfig'))),
  line_item_coupons: notBuilt(z.record(z.string(), z.array(z.string()))),
  line_item_grouping: notBuilt(z.enum(['per_charge_period', 'per_billing_period']), 'per_billing_period'),
  line_items: notBuilt(z.array(laterObject('CreateSubscriptionLineItemRequest'))),
  overage_factor: notBuilt(decimalString, '1'),
  phases: notBuilt(z.array(laterObject('SubscriptionPhaseCreateRequest'))),
  subscription_coupons: notBuilt(z.array(laterObject('SubscriptionCouponInput'))),
  tax_rate_overrides: notBuilt(z.array(laterObject('TaxRateOverride'))),
})

export const createSubscriptionRequest = createSubscriptionFields.check((context) => {
  const { customer_id, external_customer_id, start_date, end_date, bill_from, trial_period_days } =
    context.value
  const refuse = (path: string, message: string) =>
    context.issues.push({ code: 'custom', input: context.value, path: [path], message })
  if (customer_id === undefined && external_customer_id === undefined) {
    refuse('customer_id', 'or external_customer_id must be given')
  }
  if (start_date && end_date && end_date <= start_date) refuse('end_date', 'must be after start_date')
  if (bill_from && trial_period_days) {
    refuse('trial_period_days', 'must be left out beside bill_from: what was billed elsewhere is no trial')
  }
})
export type CreateSubscriptionRequest = z.output<typeof createSubscriptionRequest>

/** Each item is checked by itself: what is wrong with one is told in its result and does not stop the rest. */
export const createSubscriptionsBulkRequest = z.strictObject({
  items: z.array(z.record(z.string(), z.unknown())).min(1).max(itemsMax),
})

/** The key of an item of a list, beside the fields of a request. */
export const itemIdempotencyKey = z.object({ idempotency_key: idempotencyKey.optional() })

export const activateSubscriptionRequest = z.strictObject({ start_date: instant })
