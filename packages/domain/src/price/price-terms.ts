import type { FieldProblem } from '../errors.ts'
import { parseCurrency } from '../money/currency.ts'
import {
  type BillingPeriod,
  billingPeriodCountMax,
  isPeriodCount,
  isRecurring,
} from '../time/billing-period.ts'
import { type PriceMetering, validatePriceMetering } from './price-metering.ts'
import { type Tier, validateAmount, validateTiers } from './tier.ts'

export const priceTypes = ['USAGE', 'FIXED'] as const
export type PriceType = (typeof priceTypes)[number]

export const billingModels = ['FLAT_FEE', 'PACKAGE', 'TIERED'] as const
export type BillingModel = (typeof billingModels)[number]

export const tierModes = ['VOLUME', 'SLAB'] as const
export type TierMode = (typeof tierModes)[number]

export const invoiceCadences = ['ARREAR', 'ADVANCE'] as const
export type InvoiceCadence = (typeof invoiceCadences)[number]

export const packageRoundings = ['up', 'down'] as const
export type PackageRounding = (typeof packageRoundings)[number]

export interface TransformQuantity {
  readonly divide_by: number
  readonly round?: PackageRounding | null | undefined
}

/** What a price costs and when it bills, by the contract's field names, so that a problem's path is the caller's. */
export interface PriceTerms extends PriceMetering {
  readonly type: PriceType
  readonly billing_model: BillingModel
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
  readonly invoice_cadence: InvoiceCadence
  readonly currency: string
  readonly amount?: string | null | undefined
  readonly tier_mode?: TierMode | null | undefined
  readonly tiers?: readonly Tier[] | null | undefined
  readonly transform_quantity?: TransformQuantity | null | undefined
  readonly start_date?: Date | null | undefined
  readonly end_date?: Date | null | undefined
}

/**
 * Everything that is wrong with a price as a whole, empty when it can be billed (billing rules,
 * sections 1 and 3). A field of money that its billing model does not read is refused, never ignored.
 */
export function validatePriceTerms(terms: PriceTerms): FieldProblem[] {
  return [
    ...validateCurrency(terms),
    ...validateMoney(terms),
    ...validateTiming(terms),
    ...validatePriceMetering(terms),
  ]
}

function validateCurrency(terms: PriceTerms): FieldProblem[] {
  if (parseCurrency(terms.currency)) return []
  return [{ path: 'currency', message: 'is not a currency of ISO 4217' }]
}

function validateMoney(terms: PriceTerms): FieldProblem[] {
  switch (terms.billing_model) {
    case 'FLAT_FEE':
      return [...needAmount(terms), ...refuseTiers(terms), ...refusePackages(terms)]
    case 'PACKAGE':
      return [...needAmount(terms), ...refuseTiers(terms), ...needPackages(terms)]
    case 'TIERED':
      return [...refuseAmount(terms), ...needTiers(terms), ...refusePackages(terms)]
  }
}

function needAmount({ amount, billing_model }: PriceTerms): FieldProblem[] {
  if (amount == null) return [{ path: 'amount', message: `is required for ${billing_model}` }]
  return validateAmount(amount, 'amount')
}

function refuseAmount({ amount }: PriceTerms): FieldProblem[] {
  return amount == null ? [] : [{ path: 'amount', message: 'must be left out: the tiers have the amounts' }]
}

function needTiers({ tier_mode, tiers }: PriceTerms): FieldProblem[] {
  const missing = tier_mode == null ? [{ path: 'tier_mode', message: 'is required for TIERED' }] : []
  return [...missing, ...validateTiers(tiers ?? [])]
}

function refuseTiers({ billing_model, tier_mode, tiers }: PriceTerms): FieldProblem[] {
  const problems: FieldProblem[] = []
  if (tier_mode != null)
    problems.push({ path: 'tier_mode', message: `must be left out for ${billing_model}` })
  if (tiers?.length) problems.push({ path: 'tiers', message: `must be left out for ${billing_model}` })
  return problems
}

function needPackages({ transform_quantity }: PriceTerms): FieldProblem[] {
  const path = 'transform_quantity.divide_by'
  if (transform_quantity == null) return [{ path, message: 'is required for PACKAGE' }]
  const { divide_by } = transform_quantity
  return Number.isSafeInteger(divide_by) && divide_by > 0
    ? []
    : [{ path, message: 'must be a whole number greater than 0' }]
}

function refusePackages({ billing_model, transform_quantity }: PriceTerms): FieldProblem[] {
  if (transform_quantity == null) return []
  return [{ path: 'transform_quantity', message: `must be left out for ${billing_model}` }]
}

function validateTiming(terms: PriceTerms): FieldProblem[] {
  const problems: FieldProblem[] = []
  const { billing_period_count: count, start_date: start, end_date: end } = terms
  if (!isPeriodCount(count)) {
    const message = `must be a whole number from 1 to ${billingPeriodCountMax}`
    problems.push({ path: 'billing_period_count', message })
  } else if (!isRecurring(terms.billing_period) && count !== 1) {
    problems.push({ path: 'billing_period_count', message: 'must be 1 for ONETIME' })
  }
  // Usage is known only afterwards: it bills the period that ended (section 5).
  if (terms.type === 'USAGE' && terms.invoice_cadence === 'ADVANCE') {
    problems.push({ path: 'invoice_cadence', message: 'must be ARREAR for USAGE' })
  }
  // A ONETIME price bills at its start, when there is no usage yet.
  if (terms.type === 'USAGE' && !isRecurring(terms.billing_period)) {
    problems.push({ path: 'billing_period', message: 'must not be ONETIME for USAGE' })
  }
  if (start && end && end.getTime() <= start.getTime()) {
    problems.push({ path: 'end_date', message: 'must be after start_date' })
  }
  return problems
}
