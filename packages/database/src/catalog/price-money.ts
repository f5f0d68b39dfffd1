import type { FieldProblem } from '@flexprice/domain'
import { equalDecimals, parseDecimal } from '@flexprice/domain/money'
import { type PriceTerms, validateAgainstMeter, validatePriceTerms } from '@flexprice/domain/price'
import type { PriceMoney, StoredTier } from '../tables/catalog-tables.ts'
import type { Changes } from '../tables/row-types.ts'
import type { MeterRow } from './meters.ts'
import type { PriceRow } from './prices.ts'

export type MoneyColumn = keyof PriceMoney

const moneyColumns = [
  'billing_model',
  'amount',
  'tier_mode',
  'tiers',
  'divide_by',
  'round',
  'bucket_size',
] as const satisfies readonly MoneyColumn[]

/**
 * The money of a price after an edit. What the edit leaves out stays, but for what the new billing
 * model does not read: an edit from FLAT_FEE to TIERED need not say that there is no amount any more.
 */
export function editMoney(price: PriceMoney, changes: Changes<PriceMoney>): PriceMoney {
  const model = changes.billing_model ?? price.billing_model
  const { amount, tier_mode, tiers, divide_by, round } =
    model === price.billing_model ? price : carried(price, model)
  return {
    billing_model: model,
    amount: given(changes.amount, amount),
    tier_mode: given(changes.tier_mode, tier_mode),
    tiers: given(changes.tiers, tiers),
    divide_by: given(changes.divide_by, divide_by),
    round: given(changes.round, round),
    bucket_size: given(changes.bucket_size, price.bucket_size),
  }
}

export function touchesMoney(changes: Changes<PriceMoney>): boolean {
  return moneyColumns.some((column) => changes[column] !== undefined)
}

/** By value: an edit that writes 10 as 10.00 edits nothing. */
export function equalMoney(left: PriceMoney, right: PriceMoney): boolean {
  return (
    left.billing_model === right.billing_model &&
    left.tier_mode === right.tier_mode &&
    left.divide_by === right.divide_by &&
    left.bucket_size === right.bucket_size &&
    (left.round ?? 'up') === (right.round ?? 'up') &&
    equalAmounts(left.amount, right.amount) &&
    equalTiers(left.tiers, right.tiers)
  )
}

/** Everything that is wrong with the price's terms with that money; paths are the contract's. */
export function moneyProblems(
  price: PriceRow,
  money: PriceMoney,
  meter: MeterRow | undefined,
): FieldProblem[] {
  const terms = priceTerms(price, money)
  return [...validatePriceTerms(terms), ...(meter ? validateAgainstMeter(terms, meter) : [])]
}

function priceTerms(price: PriceRow, money: PriceMoney): PriceTerms {
  const { type, meter_id, filter_values, billing_period, billing_period_count, invoice_cadence, currency } =
    price
  return {
    type,
    meter_id,
    filter_values,
    bucket_size: money.bucket_size,
    billing_period,
    billing_period_count,
    invoice_cadence,
    currency,
    billing_model: money.billing_model,
    amount: money.amount,
    tier_mode: money.tier_mode,
    tiers: money.tiers?.map((tier) => ({ ...tier, up_to: tier.up_to === null ? null : String(tier.up_to) })),
    transform_quantity: money.divide_by === null ? null : { divide_by: money.divide_by, round: money.round },
  }
}

function carried(
  { amount }: PriceMoney,
  model: PriceMoney['billing_model'],
): Omit<PriceMoney, 'billing_model' | 'bucket_size'> {
  return {
    amount: model === 'TIERED' ? null : amount,
    tier_mode: null,
    tiers: null,
    divide_by: null,
    round: null,
  }
}

function given<Value>(change: Value | undefined, before: Value): Value {
  return change === undefined ? before : change
}

function equalTiers(left: readonly StoredTier[] | null, right: readonly StoredTier[] | null): boolean {
  if (left?.length !== right?.length) return false
  return (left ?? []).every((tier, index) => {
    const other = right?.[index]
    return (
      other !== undefined &&
      tier.up_to === other.up_to &&
      equalAmounts(tier.unit_amount, other.unit_amount) &&
      equalAmounts(tier.flat_amount ?? '0', other.flat_amount ?? '0')
    )
  })
}

/** A text that is no decimal equals only itself; what it means is `moneyProblems`' to say. */
function equalAmounts(left: string | null, right: string | null): boolean {
  const [one, other] = [left, right].map((text) => (text === null ? undefined : parseDecimal(text)))
  return one && other ? equalDecimals(one, other) : left === right
}
