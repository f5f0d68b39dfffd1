import { equalDecimals, formatDecimal, parseDecimal } from '../money/decimal.ts'
import type { PricingTerms } from '../price/charge.ts'
import type { RunningLine } from './change.ts'

type Billed = Pick<RunningLine, 'terms' | 'quantity'>

/** Whether two FIXED lines bill the same for every time: a change from one to the other moves no money. */
export function billsAlike(one: Billed, other: Billed): boolean {
  const [left, right] = [one.terms, other.terms]
  return (
    left.type === 'FIXED' &&
    right.type === 'FIXED' &&
    left.invoice_cadence === right.invoice_cadence &&
    left.billing_period === right.billing_period &&
    left.billing_period_count === right.billing_period_count &&
    left.currency === right.currency &&
    equalDecimals(one.quantity, other.quantity) &&
    isSameMoney(left, right)
  )
}

function isSameMoney(left: PricingTerms, right: PricingTerms): boolean {
  return JSON.stringify(moneyOf(left)) === JSON.stringify(moneyOf(right))
}

/** Amounts in one spelling: 10 and 10.00 are the same. */
function moneyOf({ billing_model, amount, tier_mode, tiers, transform_quantity }: PricingTerms) {
  return [
    billing_model,
    spelled(amount),
    tier_mode,
    tiers?.map(({ up_to, unit_amount, flat_amount }) => [up_to, spelled(unit_amount), spelled(flat_amount)]),
    transform_quantity && [transform_quantity.divide_by, transform_quantity.round],
  ]
}

function spelled(amount: string | null | undefined): string | null {
  const value = amount == null ? undefined : parseDecimal(amount)
  return value ? formatDecimal(value) : null
}
