import { assert } from '../assert.ts'
import { type Decimal, isStorable, readDecimal } from '../money/decimal.ts'
import { roundRatioMoney } from '../money/money.ts'
import { wholeRatio } from '../money/ratio.ts'
import { type ChargeWarning, chargeFor, type PricingTerms } from '../price/charge.ts'
import { type ChargeExplanation, recomputeCharge } from '../price/charge-explanation.ts'
import { type Proration, prorate } from '../subscription/proration.ts'
import { roundedAs } from './round-together.ts'
import { recomputeBuckets, type UsageExplanation } from './usage-explanation.ts'

/** How an invoice line's amount came about: a record that is stored with the line, and answered as it is. */
export type LineExplanation = FixedLineExplanation | UsageExplanation

export type FixedLineExplanation = {
  readonly currency: string
  readonly charge: ChargeExplanation
  /** Null: the whole amount was billed. */
  readonly proration: Proration | null
  /** What a change in the same instant has given back of the same, which is charged again, as it was. */
  readonly as_credited?: string
}

export interface LineCharge {
  /** In whole minor units: the line's one rounding is done. */
  readonly amount: Decimal
  readonly explanation: LineExplanation
  readonly warnings: readonly ChargeWarning[]
}

/** What one FIXED line costs: the price of the quantity, its share of the period, rounded once. */
export function lineCharge(line: {
  readonly terms: PricingTerms & { readonly currency: string }
  readonly quantity: Decimal
  readonly proration: Proration | null
}): LineCharge {
  assert(isStorable(line.quantity), 'a quantity has at most 20 digits before and 18 after the point')
  const { amount, explanation: charge, warnings } = chargeFor(line.terms, wholeRatio(line.quantity))
  const { currency } = line.terms
  const { proration } = line
  return {
    amount: proration ? prorate(amount, proration, currency) : roundRatioMoney(amount, currency),
    explanation: { currency, charge, proration },
    warnings,
  }
}

/** The line's rounded amount again, from its explanation alone, be it of a FIXED or a USAGE line. */
export function recomputeLine(explanation: LineExplanation): Decimal {
  const { currency } = explanation
  if ('buckets' in explanation) return recomputeUsage(explanation)
  if (explanation.as_credited !== undefined) return readDecimal(explanation.as_credited)
  const amount = recomputeCharge(explanation.charge)
  return explanation.proration
    ? prorate(amount, explanation.proration, currency)
    : roundRatioMoney(amount, currency)
}

function recomputeUsage(explanation: UsageExplanation): Decimal {
  const { currency, chain, late } = explanation
  const exact = recomputeBuckets(explanation)
  const rated = chain ? roundedAs(exact, chain.rounded, currency) : roundRatioMoney(exact, currency)
  if (!late) return rated
  const stays = late.noted === undefined ? rated : readDecimal(late.noted)
  return stays.minus(readDecimal(late.billed))
}
