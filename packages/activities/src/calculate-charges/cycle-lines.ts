import type { ChargedLine, ChargeFacts } from '@flexprice/database/calculations'
import type { MeterRow, PriceRow } from '@flexprice/database/catalog'
import type { EntitlementRow } from '@flexprice/database/entitlements'
import type { InvoiceIdentity } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { aroundPauses, type CycleLine, type CycleTerms, type LineMetering } from '@flexprice/domain/cycle'
import { type Decimal, readDecimal } from '@flexprice/domain/money'
import { later } from '@flexprice/domain/time'
import { type Allowance, goesOnAcrossPlans } from '@flexprice/domain/usage'
import type { BilledCycle } from './billed-cycle.ts'

export interface FactLine extends CycleLine {
  readonly price: PriceRow
}

/** A subscription's lines as the rules see them, for the invoice that is billed. What prices share is made once. */
export function cycleLines(
  facts: ChargeFacts,
  shared: SharedTerms,
  billed: Pick<BilledCycle, 'reason' | 'period'>,
): FactLine[] {
  const { lines, pauses } = facts
  const until = billedUntil(lines, billed)
  const grantsOf = createGrantsOf(facts)
  const carried = carriedLines(lines)
  const whole = lines.map(({ line, price, chain, meter, planId, billedBy, formerGrid }) => ({
    id: line.id,
    chain,
    price,
    terms: shared.termsOf(price),
    start: line.start_date,
    end: line.end_date,
    heldUntil: heldUntil(line),
    comesByChange: line.opened_by_change !== null && line.carries_line_id === null,
    goesByChange: line.closed_by_change !== null && !carried.has(line.id),
    quantity: shared.quantityOf(line.quantity),
    isBilled: billedBy.some((other) => !isInvoice(other, billed)),
    // What was on its subscription's grid is told by that.
    billedUntil: formerGrid ? undefined : until.get(chain),
    formerGrid,
    metering: meter && shared.meteringOf(price, meter, grantsOf(planId, meter)),
  }))
  return pauses.length === 0 ? whole : whole.flatMap((line) => aroundPauses(line, pauses))
}

function carriedLines(lines: readonly ChargedLine[]): ReadonlySet<string> {
  // Nearly no subscription has any.
  if (lines.every(({ line }) => line.carries_line_id === null)) return noLines
  return new Set(lines.flatMap(({ line }) => line.carries_line_id ?? []))
}

const noLines: ReadonlySet<string> = new Set()

/** What its price has ended is held until a user's end. */
function heldUntil({ ended_by, user_end }: ChargedLine['line']): FactLine['heldUntil'] {
  return ended_by === 'price' ? (user_end ?? 'next') : undefined
}

/** Until when other invoices bill each chain. */
function billedUntil(
  lines: readonly ChargedLine[],
  billed: Pick<BilledCycle, 'reason' | 'period'>,
): ReadonlyMap<string, Date> {
  if (lines.every(({ billedBy }) => billedBy.length === 0)) return never
  const until = new Map<string, Date>()
  for (const { chain, billedBy } of lines) {
    for (const other of billedBy) {
      if (!isInvoice(other, billed)) until.set(chain, later(other.until, until.get(chain) ?? other.until))
    }
  }
  return until
}

const never: ReadonlyMap<string, Date> = new Map()

function isInvoice(
  { billing_reason, period_start: start, period_end: end }: InvoiceIdentity,
  { reason, period }: Pick<BilledCycle, 'reason' | 'period'>,
): boolean {
  return (
    billing_reason === reason &&
    start?.getTime() === period.start.getTime() &&
    end?.getTime() === period.end.getTime()
  )
}

/** What a plan and the subscription itself grant of a meter, and what the plans did that the subscription had else. */
interface Grants {
  readonly sources: readonly EntitlementRow[]
  /** What they have freed in a period is not free once more; none where a line takes its own off one value. */
  readonly others: readonly EntitlementRow[]
}

/** By the plan whose price the line is of: a change of plan leaves what was used before it as free as it was. */
function createGrantsOf({ subscription, entitlements, formerEntitlements }: ChargeFacts) {
  const former = formerEntitlements.size === 0 ? none : [...formerEntitlements]
  return (planId: string | null, meter: MeterRow): Grants => {
    const present = entitlements.get(meter.id) ?? none
    if (former.length === 0) return present.length === 0 ? noGrants : { sources: present, others: none }
    const isPresent = planId === null || planId === subscription.plan_id
    const sources = isPresent ? present : (formerEntitlements.get(planId)?.get(meter.id) ?? [])
    const all = [...present, ...former.flatMap(([, granted]) => granted.get(meter.id) ?? [])]
    const own = new Set(sources.map(({ id }) => id))
    const others = goesOnAcrossPlans(meter) ? [] : all.filter(({ id }) => !own.has(id))
    return { sources, others }
  }
}

const none: readonly never[] = []
const noGrants: Grants = { sources: none, others: none }

/** What the lines of a page share, each made once: thousands have the same few prices, meters and quantities. */
export interface SharedTerms {
  termsOf(price: PriceRow): CycleTerms
  meteringOf(price: PriceRow, meter: MeterRow, grants: Grants): LineMetering
  quantityOf(text: string): Decimal
}

export function createSharedTerms(): SharedTerms {
  const terms = new Map<string, CycleTerms>()
  const meterings = new Map<string, LineMetering>()
  const quantities = new Map<string, Decimal>()
  return {
    termsOf: (price) => once(terms, price.id, () => cycleTerms(price)),
    meteringOf: (price, meter, { sources, others }) =>
      once(meterings, meteringKey(price, sources, others), () => ({
        meter,
        bucketSize: price.bucket_size,
        filterValues: price.filter_values,
        allowances: allowances(sources, others),
      })),
    quantityOf: (text) => once(quantities, text, () => readDecimal(text)),
  }
}

function meteringKey(price: PriceRow, sources: Records, others: Records): string {
  if (sources.length + others.length === 0) return price.id
  return [[price], sources, others].map(idsOf).join(';')
}

type Records = readonly { readonly id: string }[]

function idsOf(records: Records): string {
  return records.map(({ id }) => id).join(' ')
}

function once<Value>(made: Map<string, Value>, key: string, make: () => Value): Value {
  const known = made.get(key)
  if (known !== undefined) return known
  const value = make()
  made.set(key, value)
  return value
}

function cycleTerms(price: PriceRow): CycleTerms {
  return {
    type: price.type,
    invoice_cadence: price.invoice_cadence,
    currency: price.currency,
    billing_period: price.billing_period,
    billing_period_count: price.billing_period_count,
    billing_model: price.billing_model,
    amount: price.amount,
    tier_mode: price.tier_mode,
    tiers: price.tiers?.map((tier) => ({
      ...tier,
      up_to: tier.up_to === null ? null : String(tier.up_to),
    })),
    transform_quantity: price.divide_by === null ? null : { divide_by: price.divide_by, round: price.round },
  }
}

/** Of each source its own, as one may end before another; what is disabled grants nothing. */
function allowances(sources: readonly EntitlementRow[], others: readonly EntitlementRow[]): Allowance[] {
  for (const { usage_limit: limit } of sources) {
    assert(limit === null || Number.isSafeInteger(limit), 'a limit is a whole number')
  }
  return sources
    .filter(({ is_enabled }) => is_enabled)
    .map(({ id, usage_limit, usage_reset_period }) => ({
      id,
      limit: usage_limit,
      reset: usage_reset_period,
      ...(others.length > 0
        ? { after: others.filter((other) => other.id !== id).map((other) => other.id) }
        : {}),
    }))
}
