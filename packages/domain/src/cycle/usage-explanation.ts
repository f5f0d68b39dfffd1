import { assert } from '../assert.ts'
import type { AllowanceReset } from '../entitlement/entitlement-terms.ts'
import { decimalFromInteger, formatDecimal } from '../money/decimal.ts'
import { formatRatio, type Ratio, readRatio, scaleRatio, sumRatios } from '../money/ratio.ts'
import {
  type ChargeExplanation,
  exactly,
  recomputeCharge,
  type TierCharge,
} from '../price/charge-explanation.ts'
import type { AggregationType, BucketSize } from '../price/meter-terms.ts'

/** How a USAGE line's amount came about: the sum over its buckets, rounded once. Quotients are `numerator/denominator`. */
export interface UsageExplanation {
  readonly currency: string
  readonly usage: UsageFacts
  /** At most `bucketGroupsMax`, and one more for all the rest. Without a bucket size the window is the one bucket. */
  readonly buckets: readonly BucketsCharge[]
}

/** What was measured. Instants are RFC 3339 in UTC. */
export interface UsageFacts {
  readonly window_start: string
  readonly window_end: string
  readonly aggregation: AggregationType
  readonly bucket_size: BucketSize | null
  readonly group_by: string | null
  /** Before allowances. Of buckets their sum. */
  readonly quantity: string
  /** What the allowances have left of it. */
  readonly billed_quantity: string
  readonly event_count: number
  /** Events whose property is no number, and the first of them; left out where there are none. */
  readonly not_numeric: number
  readonly not_numeric_event_ids?: readonly string[]
  readonly allowances: readonly UsedAllowance[]
}

export interface UsedAllowance {
  readonly id: string
  /** Null: all usage is free. */
  readonly limit: number | null
  readonly reset: AllowanceReset | null
  /** By this line in this window; below 0 where its usage was, and gave some back. */
  readonly used: string
}

/** Buckets that are priced alike: so many, the charge of each times `times`. The rest's charge is of all of them together. */
export interface BucketsCharge {
  readonly buckets: number
  readonly times: number
  readonly charge: ChargeExplanation
}

/** So many different quantities are shown one by one, in order of time; a month of minutes has 44,640. */
export const bucketGroupsMax = 100

/** The unrounded amount again, from the explanation alone. */
export function recomputeBuckets({ buckets }: UsageExplanation): Ratio {
  return sumRatios(
    buckets.map(({ times, charge }) => scaleRatio(recomputeCharge(charge), decimalFromInteger(times))),
  )
}

/**
 * Some charges of one price as one: every model's amount is linear in its units, packages and touched
 * tiers, so that the sums of these give the sum of the amounts.
 */
export function mergeCharges(groups: readonly BucketsCharge[]): BucketsCharge {
  const [first] = groups
  assert(first, 'charges to merge')
  const { charge } = first
  const sumOf = (pick: (charge: ChargeExplanation) => string): string =>
    formatRatio(
      sumRatios(
        groups.map((group) => scaleRatio(readRatio(pick(group.charge)), decimalFromInteger(group.times))),
      ),
    )
  const quantities = {
    quantity: sumOf((one) => one.quantity),
    priced_quantity: sumOf((one) => one.priced_quantity),
  }
  const buckets = groups.reduce((sum, group) => sum + group.buckets, 0)
  switch (charge.billing_model) {
    case 'FLAT_FEE':
      return { buckets, times: 1, charge: { ...charge, ...quantities } }
    case 'PACKAGE': {
      const packages = sumOf((one) => (one.billing_model === 'PACKAGE' ? one.packages : '0'))
      return { buckets, times: 1, charge: { ...charge, ...quantities, packages } }
    }
    case 'TIERED':
      return { buckets, times: 1, charge: { ...charge, ...quantities, tiers: mergeTiers(groups) } }
  }
}

/** Each tier with all of its units, and its flat amount as often as it was touched. */
function mergeTiers(groups: readonly BucketsCharge[]): TierCharge[] {
  const merged = new Map<number, { tier: TierCharge; units: Ratio[]; touched: number }>()
  for (const { charge, times } of groups) {
    assert(charge.billing_model === 'TIERED', 'charges of one price have one model')
    for (const tier of charge.tiers) {
      const sums = merged.get(tier.tier) ?? { tier, units: [], touched: 0 }
      sums.units.push(scaleRatio(readRatio(tier.units), decimalFromInteger(times)))
      sums.touched += times
      merged.set(tier.tier, sums)
    }
  }
  return [...merged.values()]
    .sort((left, right) => left.tier.tier - right.tier.tier)
    .map(({ tier, units, touched }) => ({
      ...tier,
      units: formatRatio(sumRatios(units)),
      flat_amount: formatDecimal(exactly(tier.flat_amount).times(decimalFromInteger(touched))),
    }))
}
