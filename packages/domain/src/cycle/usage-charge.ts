import { decimalFromInteger } from '../money/decimal.ts'
import { roundRatioMoney } from '../money/money.ts'
import { addRatios, formatRatio, type Ratio, scaleRatio, zeroRatio } from '../money/ratio.ts'
import { type ChargeWarning, chargeFor, type PricingTerms } from '../price/charge.ts'
import { notNumericWarnings } from '../usage/not-numeric.ts'
import type { LineCharge } from './line-charge.ts'
import {
  type BucketsCharge,
  bucketGroupsMax,
  mergeCharges,
  type UsageExplanation,
  type UsageFacts,
} from './usage-explanation.ts'

/** What one USAGE line is to bill: how it was measured, and the quantity of each bucket beyond allowances. */
export interface BilledUsage {
  readonly terms: PricingTerms & { readonly currency: string }
  readonly facts: Omit<UsageFacts, 'billed_quantity'>
  /** Ascending by time, then group; one without buckets. Those without usage may be left out: 0 costs 0. */
  readonly buckets: readonly Ratio[]
}

/**
 * What one USAGE line costs: each bucket is priced alone, the amounts are summed, and the sum is rounded
 * once (billing rules, section 3). Buckets of equal quantity are priced once.
 */
export function usageLineCharge({ terms, facts, buckets }: BilledUsage): LineCharge {
  const groups = groupBuckets(buckets)
  let amount = zeroRatio
  let billed = zeroRatio
  const charges: BucketsCharge[] = []
  const warnings: ChargeWarning[] = []
  for (const { quantity, count } of groups) {
    const charge = chargeFor(terms, quantity)
    amount = addRatios(amount, times(charge.amount, count))
    billed = addRatios(billed, times(quantity, count))
    charges.push({ buckets: count, times: count, charge: charge.explanation })
    // One warning says it: a month of minutes would fill a page with them.
    if (warnings.length === 0) warnings.push(...charge.warnings)
  }
  warnings.push(
    ...notNumericWarnings({ count: facts.not_numeric, eventIds: facts.not_numeric_event_ids ?? [] }),
  )
  const explanation: UsageExplanation = {
    currency: terms.currency,
    usage: { ...facts, billed_quantity: formatRatio(billed) },
    buckets: boundedBuckets(charges),
  }
  return { amount: roundRatioMoney(amount, terms.currency), explanation, warnings }
}

interface BucketGroup {
  readonly quantity: Ratio
  count: number
}

/** Equal quantities together, in order of their first; the one of an unbucketed line, the common case, as it is. */
function groupBuckets(buckets: readonly Ratio[]): readonly BucketGroup[] {
  const [first = zeroRatio] = buckets
  if (buckets.length <= 1) return [{ quantity: first, count: 1 }]
  const groups = new Map<string, BucketGroup>()
  for (const quantity of buckets) {
    const key = formatRatio(quantity)
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { quantity, count: 1 })
  }
  return [...groups.values()]
}

function boundedBuckets(charges: readonly BucketsCharge[]): readonly BucketsCharge[] {
  if (charges.length <= bucketGroupsMax + 1) return charges
  return [...charges.slice(0, bucketGroupsMax), mergeCharges(charges.slice(bucketGroupsMax))]
}

function times(value: Ratio, count: number): Ratio {
  return count === 1 ? value : scaleRatio(value, decimalFromInteger(count))
}
