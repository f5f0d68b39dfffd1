import { type ChargeWarning, chargeFor, type PricingTerms } from './charge.ts'
import { type ChargeExplanation, recomputeCharge } from './charge-explanation.ts'
import type { Decimal } from './decimal.ts'
import { roundMoney } from './money.ts'
import { type Proration, prorate } from './proration.ts'

/** How an invoice line's amount came about: stored with the line, answered as it is. */
export interface LineExplanation {
  readonly currency: string
  readonly charge: ChargeExplanation
  /** Null: the whole amount was billed. */
  readonly proration: Proration | null
}

export interface LineCharge {
  /** In whole minor units: the line's one rounding is done. */
  readonly amount: Decimal
  readonly explanation: LineExplanation
  readonly warnings: readonly ChargeWarning[]
}

/** What one invoice line costs: the price of the quantity, its share of the period, rounded once. */
export function lineCharge(line: {
  readonly terms: PricingTerms & { readonly currency: string }
  readonly quantity: Decimal
  readonly proration: Proration | null
}): LineCharge {
  const { explanation: charge, warnings } = chargeFor(line.terms, line.quantity)
  const explanation = { currency: line.terms.currency, charge, proration: line.proration }
  return { amount: recomputeLine(explanation), explanation, warnings }
}

/** The line's rounded amount again, from its explanation alone. */
export function recomputeLine({ currency, charge, proration }: LineExplanation): Decimal {
  const amount = recomputeCharge(charge)
  return proration ? prorate(amount, proration, currency) : roundMoney(amount, currency)
}
