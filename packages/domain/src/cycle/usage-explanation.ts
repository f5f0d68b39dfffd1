import { assert } from '../assert.ts'
import type { AllowanceReset } from '../entitlement/entitlement-terms.ts'
import { decimalFromInteger } from '../money/decimal.ts'
import {
  formatRatio,
  multiplyRatios,
  type Ratio,
  readRatio,
  roundRatio,
  scaleRatio,
  sumRatios,
  wholeRatio,
} from '../money/ratio.ts'
import { type ChargeExplanation, recomputeCharge, type TierCharge } from '../price/charge-explanation.ts'
import type { AggregationType, BucketSize } from '../price/meter-terms.ts'

/** How a USAGE line's amount came about: the sum over its buckets, rounded once. Quotients are `numerator/denominator`. */
export type UsageExplanation = {
  readonly currency: string
  readonly usage: UsageFacts
  /** At most `bucketGroupsMax`, and one more for all the rest. Without a bucket size the window is the one bucket. */
  readonly buckets: readonly BucketsCharge[]
  /** Of a price that changed inside the interval; absent where the line is its chain's only one there. */
  readonly chain?: ChainExplanation
  /** Of late usage: the amount is what the rating, told by all else, is beyond what was billed before. */
  readonly late?: LateExplanation
}

export interface LateExplanation {
  /** The invoice's line whose rating late events have changed. */
  readonly of: string
  readonly revision: number
  readonly rated: string
  /** By that line and its earlier revisions. */
  readonly billed: string
  /** What credit notes took back of that, where it is more than the rating: below it nothing is credited. */
  readonly noted?: string
}

/** What the lines of one chain have together in one interval, and how its one rounding came to this line. */
export interface ChainExplanation {
  readonly lines: number
  /**
   * By quantity: each bucket's `share` is the line's part of the usage before allowances; by time: of the time of the
   * chain's windows, or, in buckets that an allowance has lowered together, of their values, each parted by its time.
   */
  readonly shared_by: 'quantity' | 'time'
  /** Beyond allowances: the total, or the one value. Of buckets the sum of those that this line has a share of. */
  readonly quantity: string
  /** Of all the lines, to 40 digits and as they are billed together. */
  readonly exact_amount: string
  readonly amount: string
  /** Whether the line's amount is its exact one cut to the unit, or the next unit above it. */
  readonly rounded: 'down' | 'up'
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
  /** The property that is aggregated, and how many events have it not; left out where all have it. */
  readonly field?: string
  readonly missing?: number
  readonly allowances: readonly UsedAllowance[]
}

export interface UsedAllowance {
  readonly id: string
  /** Null: all usage is free. */
  readonly limit: number | null
  readonly reset: AllowanceReset | null
  /** The line's part of what was taken of its chain's windows; below 0 where usage was, and gave some back. */
  readonly used: string
}

/** Buckets that are priced alike: so many, the charge of each times `times`. The rest's charge is of all of them together. */
export interface BucketsCharge {
  readonly buckets: number
  readonly times: number
  readonly charge: ChargeExplanation
  /** What the line bears of the charge, which is of all of its chain; absent: all of it. */
  readonly share?: string
}

/** So many different quantities are shown one by one, in order of time; a month of minutes has 44,640. */
export const bucketGroupsMax = 100

/** The unrounded amount again, from the explanation alone. */
export function recomputeBuckets({ buckets }: UsageExplanation): Ratio {
  return sumRatios(buckets.map((group) => weighed(recomputeCharge(group.charge), group)))
}

/** Each as often as it is there, and by the line's share. */
export function weighed(value: Ratio, { times, share }: Pick<BucketsCharge, 'times' | 'share'>): Ratio {
  const all = times === 1 ? value : scaleRatio(value, decimalFromInteger(times))
  return share === undefined ? all : multiplyRatios(all, readRatio(share))
}

/**
 * Shares of thousands of buckets have thousands of denominators, whose common one nobody could compute with. So
 * many digits are kept of each, and `roundTogether` rounds once to fewer before it rounds to the unit.
 */
const mergedDigits = 60

function mergeable(value: Ratio, group: BucketsCharge): Ratio {
  const part = weighed(value, group)
  return group.share === undefined ? part : wholeRatio(roundRatio(part, mergedDigits))
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
    formatRatio(sumRatios(groups.map((group) => mergeable(readRatio(pick(group.charge)), group))))
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
  const merged = new Map<number, { tier: TierCharge; units: Ratio[]; flat: Ratio[] }>()
  for (const group of groups) {
    assert(group.charge.billing_model === 'TIERED', 'charges of one price have one model')
    for (const tier of group.charge.tiers) {
      const sums = merged.get(tier.tier) ?? { tier, units: [], flat: [] }
      sums.units.push(mergeable(readRatio(tier.units), group))
      sums.flat.push(mergeable(readRatio(tier.flat_amount), group))
      merged.set(tier.tier, sums)
    }
  }
  return [...merged.values()]
    .sort((left, right) => left.tier.tier - right.tier.tier)
    .map(({ tier, units, flat }) => ({
      ...tier,
      units: formatRatio(sumRatios(units)),
      flat_amount: formatRatio(sumRatios(flat)),
    }))
}
