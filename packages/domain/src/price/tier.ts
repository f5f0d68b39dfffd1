import type { FieldProblem } from '../errors.ts'
import { compareDecimals, type Decimal, isNegative, isPositive, parseDecimal } from '../money/decimal.ts'

/** One rung of a price's ladder; amounts and bounds are decimal texts. `up_to` is inclusive, null is open. */
export interface Tier {
  readonly up_to?: string | null | undefined
  readonly unit_amount: string
  readonly flat_amount?: string | null | undefined
}

/**
 * A ladder ascends strictly from above 0 and ends with its one open tier, so that every quantity has
 * exactly one tier and no unit is free (billing rules, section 3). Each problem names its tier.
 */
export function validateTiers(tiers: readonly Tier[]): FieldProblem[] {
  if (tiers.length === 0) return [{ path: 'tiers', message: 'must have at least one tier' }]
  const problems: FieldProblem[] = []
  let below: Decimal | undefined
  for (const [index, tier] of tiers.entries()) {
    const path = `tiers[${index}]`
    const isLast = index === tiers.length - 1
    const message = upToProblem(tier, isLast, below)
    if (message) problems.push({ path: `${path}.up_to`, message })
    problems.push(...validateAmount(tier.unit_amount, `${path}.unit_amount`))
    if (tier.flat_amount != null) problems.push(...validateAmount(tier.flat_amount, `${path}.flat_amount`))
    below = parseBound(tier) ?? below
  }
  return problems
}

/** An amount of a price: a decimal of at least 0. */
export function validateAmount(amount: string, path: string): FieldProblem[] {
  const value = parseDecimal(amount)
  if (!value) return [{ path, message: 'must be a decimal number' }]
  return isNegative(value) ? [{ path, message: 'must not be negative' }] : []
}

function upToProblem(tier: Tier, isLast: boolean, below: Decimal | undefined): string | undefined {
  if (isLast) return tier.up_to == null ? undefined : 'the last tier must be open: leave up_to out'
  if (tier.up_to == null) return 'only the last tier may be open'
  const upTo = parseBound(tier)
  if (!upTo) return 'must be a decimal number'
  if (!isPositive(upTo)) return 'must be greater than 0'
  if (below && compareDecimals(upTo, below) <= 0) return 'must be greater than that of the tier before'
  return undefined
}

function parseBound(tier: Tier): Decimal | undefined {
  return tier.up_to == null ? undefined : parseDecimal(tier.up_to)
}
