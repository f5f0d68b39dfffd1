import { addRatios, formatRatio, type Ratio, sumRatiosOf, zeroRatio } from '../money/ratio.ts'
import { type ChargeWarning, chargeFor, type PricingTerms } from '../price/charge.ts'
import { valueWarnings } from '../usage/value-gaps.ts'
import {
  type BucketsCharge,
  bucketGroupsMax,
  mergeCharges,
  recomputeBuckets,
  type UsageExplanation,
  type UsageFacts,
  weighed,
} from './usage-explanation.ts'
import type { BucketShare } from './window-shares.ts'

/** What one USAGE line is to bill: how it was measured, and its share of each bucket beyond allowances. */
export interface BilledUsage {
  readonly terms: PricingTerms & { readonly currency: string }
  readonly facts: Omit<UsageFacts, 'billed_quantity'>
  /** Ascending by time, then group; one without buckets. Those without usage may be left out: 0 costs 0. */
  readonly buckets: readonly BucketShare[]
}

export interface UsageCharge {
  /** Exact: the lines of a chain are rounded together. */
  readonly amount: Ratio
  /** Beyond allowances. */
  readonly quantity: Ratio
  readonly explanation: UsageExplanation
  readonly warnings: readonly ChargeWarning[]
}

/**
 * What one USAGE line costs, unrounded: each bucket is priced alone, with all that the chain has in it, and the line's
 * shares are summed (billing rules, sections 3 and 5). Buckets of equal quantity and share are priced once. The
 * amount is computed from the explanation, so that the two cannot disagree.
 */
export function usageCharge({ terms, facts, buckets }: BilledUsage): UsageCharge {
  const warnings: ChargeWarning[] = []
  let exact = zeroRatio
  const charges = groupBuckets(buckets).map(({ quantity, share, count }): BucketsCharge => {
    const charge = chargeFor(terms, quantity)
    // One warning says it: a month of minutes would fill a page with them.
    if (warnings.length === 0) warnings.push(...charge.warnings)
    const group = { buckets: count, times: count, charge: charge.explanation }
    const shown = share === null ? group : { ...group, share: formatRatio(share) }
    exact = addRatios(exact, weighed(charge.amount, shown))
    return shown
  })
  warnings.push(
    ...valueWarnings(
      {
        notNumeric: facts.not_numeric,
        oddEventIds: facts.not_numeric_event_ids ?? [],
        missing: facts.missing ?? 0,
      },
      { eventCount: facts.event_count, field: facts.field ?? null },
    ),
  )
  const quantity = sumRatiosOf(buckets, 'own')
  const explanation: UsageExplanation = {
    currency: terms.currency,
    usage: { ...facts, billed_quantity: formatRatio(quantity) },
    buckets: isBounded(charges) ? charges : mergedBuckets(charges),
  }
  // Each charge's amount is recomputed from its explanation already; what was merged is as its explanation has it.
  const amount = isBounded(charges) ? exact : recomputeBuckets(explanation)
  return { amount, quantity, explanation, warnings }
}

interface BucketGroup extends Pick<BucketShare, 'quantity' | 'share'> {
  count: number
}

/** Equal ones together, in order of their first; the one of an unbucketed line, the common case, as it is. */
function groupBuckets(buckets: readonly BucketShare[]): readonly BucketGroup[] {
  const [first = { quantity: zeroRatio, share: null }] = buckets
  if (buckets.length <= 1) return [{ quantity: first.quantity, share: first.share, count: 1 }]
  const groups = new Map<string, BucketGroup>()
  for (const { quantity, share } of buckets) {
    const key = share === null ? formatRatio(quantity) : `${formatRatio(quantity)} ${formatRatio(share)}`
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { quantity, share, count: 1 })
  }
  return [...groups.values()]
}

function isBounded(charges: readonly BucketsCharge[]): boolean {
  return charges.length <= bucketGroupsMax + 1
}

function mergedBuckets(charges: readonly BucketsCharge[]): readonly BucketsCharge[] {
  return [...charges.slice(0, bucketGroupsMax), mergeCharges(charges.slice(bucketGroupsMax))]
}
