import type { CycleTerms, LineMetering } from '../cycle/cycle.ts'
import { type Decimal, decimalFromInteger } from '../money/decimal.ts'
import { linesReached, type PlannedLine } from '../subscription/subscription-lines.ts'
import type { PriceVersion } from '../subscription/version-reach.ts'
import { isRecurring } from '../time/billing-period.ts'
import type { Grid } from '../time/grid.ts'
import { later } from '../time/period.ts'
import { goesOnAcrossPlans } from '../usage/usage-measure.ts'
import type { ChangedPrice, ChangeFacts, LineMoves, OpenedLine, RunningLine } from './change.ts'
import { billsAlike } from './same-terms.ts'

/** A price of the plan that is changed to, as a line of it would be billed. */
export interface TargetPrice extends ChangedPrice, PriceVersion {
  readonly terms: CycleTerms
  /** Null for FIXED. */
  readonly metering: LineMetering | null
}

/** What the rules say of a line that comes; the rest follows from its price. */
export type ComingTerms = Omit<RunningLine, 'price' | 'terms' | 'metering'>

/**
 * The lines of a plan that go and those of another one that come at an instant (billing rules, section 8). The
 * subscription's own lines stay; overrides go with the plan. Of the new plan come its prices of the subscription's
 * currency, period and count, scheduled ones included, and nothing that bills once. With another grid all begins anew: no
 * line carries on another one.
 *
 * @param make a line of the new plan, as the caller's lines are
 */
export function planMoves<Line extends RunningLine, Price extends TargetPrice>(
  facts: Pick<ChangeFacts<Line>, 'cycle' | 'currency' | 'lines' | 'newLineId'>,
  {
    prices,
    at,
    grid,
  }: {
    readonly prices: readonly Price[]
    readonly at: Date
    /** The one that takes the place of the subscription's; none: that stays. */
    readonly grid?: Grid | null | undefined
  },
  make: (price: Price, line: ComingTerms) => Line,
): LineMoves<Line> {
  const going = facts.lines.filter((line) => line.isOfPlan && isAhead(line, at))
  // Around a pause that is to come a line is there in parts: it goes with the first of them.
  const closed = Map.groupBy(going, ({ id }) => id)
    .values()
    .flatMap(([line]) => (line ? [{ line, at: later(line.start, at) }] : []))
    .toArray()
  const { period, count } = grid ?? facts.cycle.grid
  const planned = linesReached({ currency: facts.currency, period, count, start: at }, prices, {
    grid: grid ?? facts.cycle.grid,
    trialEnd: facts.cycle.trialEnd ?? null,
  }).filter(({ price }) => isRecurring(price.billing_period))
  const atWork = going.filter((line) => line.start <= at && isRecurring(line.terms.billing_period))
  const carried = new Set<string>()
  const opened = planned.map((one): OpenedLine<Line> => {
    const known = facts.lines.find((line) => isSameStart(line, one))
    const counterpart = counterpartOf(one.price, planned, atWork)
    const line = make(one.price, {
      id: known?.id ?? facts.newLineId(),
      chain: one.price.root_price_id,
      start: one.start,
      end: one.end,
      heldUntil: one.end === null ? undefined : 'next',
      quantity: counterpart?.quantity ?? quantityOf(one.price),
      isOfPlan: true,
    })
    const goesOnThen = !grid && one.start.getTime() === at.getTime()
    const before = goesOnThen ? carriedBy(line, { counterpart, atWork, carried }) : undefined
    if (before) carried.add(before.id)
    const chain = before?.chain ?? line.chain
    return {
      ...line,
      chain,
      carries: before?.id ?? null,
      isReopened: known !== undefined,
      keepsChain: known !== undefined && known.chain === before?.chain,
    }
  })
  return { at, closed, opened }
}

function isAhead({ start, end }: RunningLine, at: Date): boolean {
  return end == null || end > later(start, at)
}

/** One that was there for no time at that start has the place, as a subscription has a price once at an instant. */
function isSameStart(line: RunningLine, { price, start }: PlannedLine<TargetPrice>): boolean {
  return line.price.id === price.id && line.start.getTime() === start.getTime()
}

/** The line whose quantity a new one takes over: by the same lookup key, else the only FIXED one of either side. */
function counterpartOf<Line extends RunningLine>(
  price: TargetPrice,
  planned: readonly PlannedLine<TargetPrice>[],
  atWork: readonly Line[],
): Line | undefined {
  if (price.terms.type === 'USAGE') return undefined
  const keys = new Set(
    planned.flatMap((one) =>
      one.price.root_price_id === price.root_price_id ? (one.price.lookup_key ?? []) : [],
    ),
  )
  const byKey = atWork.find(({ price: { lookup_key: key } }) => key !== null && keys.has(key))
  if (byKey) return byKey.terms.type === 'FIXED' ? byKey : undefined
  const fixed = atWork.filter(({ terms }) => terms.type === 'FIXED')
  const coming = new Set(
    planned.flatMap((one) => (one.price.terms.type === 'FIXED' ? one.price.root_price_id : [])),
  )
  return fixed.length === 1 && coming.size === 1 ? fixed[0] : undefined
}

/** The line that a new one carries on: its counterpart, else another one, that bills the same. */
function carriedBy<Line extends RunningLine>(
  line: Line,
  {
    counterpart,
    atWork,
    carried,
  }: {
    readonly counterpart: Line | undefined
    readonly atWork: readonly Line[]
    readonly carried: ReadonlySet<string>
  },
): Line | undefined {
  const candidates = counterpart ? [counterpart] : atWork
  return candidates.find(
    (other) =>
      !carried.has(other.id) &&
      ((billsAlike(other, line) && lastsAsLong(other, line)) || goesOn(other, line)),
  )
}

/**
 * Of one that another version of its price follows, or that ends, its own time alone was billed in advance: it is given
 * back and the new one charged, which comes to nothing where both bill the same.
 */
function lastsAsLong(one: RunningLine, other: RunningLine): boolean {
  if (one.terms.invoice_cadence !== 'ADVANCE' || one.end == null) return true
  return other.end != null && other.end <= one.end
}

/**
 * Usage of one meter that is charged by shares of time goes on: its value is one, whichever plan charges for it (billing
 * rules, sections 5 and 8). What splits by quantity begins anew.
 */
function goesOn(one: RunningLine, other: RunningLine): boolean {
  return (
    one.metering !== null &&
    one.price.meter_id === other.price.meter_id &&
    JSON.stringify(one.price.filter_values) === JSON.stringify(other.price.filter_values) &&
    goesOnAcrossPlans(one.metering.meter)
  )
}

function quantityOf({ min_quantity: least }: TargetPrice): Decimal {
  return decimalFromInteger(least ?? 1)
}
