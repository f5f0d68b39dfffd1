import { type BillingPeriod, isRecurring, type RecurringPeriod } from '../time/billing-period.ts'
import { later } from '../time/period.ts'
import { type ChainLine, endWithin, type Stretch, type StretchEnd, stretchesOf } from './chain-stretches.ts'

/** What of a plan's price a sync looks at. */
export interface SyncPrice {
  readonly id: string
  /** The first price of its chain. */
  readonly root_price_id: string
  readonly currency: string
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
  readonly start_date: Date
  readonly end_date: Date | null
  readonly min_quantity: number | null
}

export interface SyncSubscription {
  readonly currency: string
  readonly billing_period: RecurringPeriod
  readonly billing_period_count: number
  readonly start_date: Date
  /** When its plan came in the place of another one; null where none was before. */
  readonly plan_since: Date | null
}

export interface SyncLine extends ChainLine {
  /** Decimal text. */
  readonly quantity: string
}

/** Why a pair of subscription and price is left as it is. */
export const syncSkips = ['incompatible', 'ended', 'overridden', 'ended_by_user', 'in_sync'] as const
export type SyncSkip = (typeof syncSkips)[number]
/** What of a price is not the subscription's, so that the two are incompatible. */
export const syncMismatches = ['other_currency', 'other_period', 'one_time'] as const
export type SyncMismatch = (typeof syncMismatches)[number]

/** Why a price bills some subscriptions nothing: what is in sync bills. */
export const namedSkips = [...syncMismatches, 'ended', 'overridden', 'ended_by_user'] as const
export type NamedSkip = {
  readonly price_id: string
  readonly reason: (typeof namedSkips)[number]
  /** How many of the plan's that were looked at. */
  readonly subscriptions: number
}

export type SyncOutcome = 'added' | 'removed' | SyncSkip

export interface SubscriptionSync<Line extends SyncLine> {
  readonly subscription: SyncSubscription
  /** All of the plan's, ended ones too: a chain's other prices tell quantity and a user's end. */
  readonly prices: readonly SyncPrice[]
  /** Whether the price has changed since the subscription was synced: the others make no pair. */
  readonly hasChanged: (price: SyncPrice) => boolean
  /** From when on the subscription has a price of its own, by the first price of the chain that it replaces. */
  readonly overriddenFrom: ReadonlyMap<string, Date>
  /** Of its own prices, too, if they are there: they change nothing. */
  readonly lines: readonly Line[]
  /** The start of the earliest period whose invoice is not written or still a draft. */
  readonly unbilledFrom: Date
  /** Makes a line that the sync adds. */
  readonly newLine: (line: SyncLine) => Line
}

export interface SyncedLines<Line extends SyncLine> {
  /** Those that were there, in their order, then those that were added. */
  readonly lines: readonly Line[]
  readonly outcomes: ReadonlyArray<{
    readonly priceId: string
    readonly outcome: SyncOutcome
    /** Of what is incompatible. */
    readonly mismatch?: SyncMismatch
  }>
}

/**
 * What a price sync does to one subscription's lines: the table of billing rules, section 8, "Price sync",
 * row by row over plain values. The stretches of a chain are the subscription's, and the sync chooses the
 * plan's version in each: so how often and when it ran decides nothing. The sync itself is set-based SQL; a test
 * holds the two together over random stories, so that a dry run tells what the sync will do. Every pair is judged
 * by the lines before, as one statement does.
 */
export function syncLines<Line extends SyncLine>(sync: SubscriptionSync<Line>): SyncedLines<Line> {
  const lines = [...sync.lines]
  const added: Line[] = []
  const outcomes = sync.prices.filter(sync.hasChanged).map((price) => {
    const { outcome, mismatch, ends = [], pieces = [] } = judge(sync, price)
    for (const { line, end } of ends) lines[sync.lines.indexOf(line)] = { ...line, ...end }
    added.push(...pieces.map(sync.newLine))
    return { priceId: price.id, outcome, ...(mismatch && { mismatch }) }
  })
  return { lines: [...lines, ...added], outcomes }
}

interface Judgement<Line> {
  readonly outcome: SyncOutcome
  readonly mismatch?: SyncMismatch
  /** Lines of the price that end at another instant than before. */
  readonly ends?: ReadonlyArray<{ readonly line: Line; readonly end: StretchEnd }>
  /** Lines of the price that are missing. */
  readonly pieces?: readonly SyncLine[]
}

function judge<Line extends SyncLine>(sync: SubscriptionSync<Line>, price: SyncPrice): Judgement<Line> {
  const mismatch = mismatchOf(sync.subscription, price)
  if (mismatch) return { outcome: 'incompatible', mismatch }
  const overriddenFrom = sync.overriddenFrom.get(price.root_price_id)
  const stretches = chainStretches(sync, price)
  const ends = movedEnds(stretches, price)
  const pieces = piecesIn(stretches, sync, price)
  const isLonger = ends.some(({ line, end }) => isAfter(end.end_date, line.end_date))
  if (pieces.length > 0 || isLonger) return { outcome: 'added', ends, pieces }
  if (ends.length > 0) return { outcome: 'removed', ends }
  if (!stretches.some(({ line }) => line.price_id === price.id) && isOver(sync, price)) {
    return { outcome: 'ended' }
  }
  if (overriddenFrom !== undefined) return { outcome: 'overridden' }
  return { outcome: stretches.at(-1)?.userEnd ? 'ended_by_user' : 'in_sync' }
}

/** A ONETIME price is of no subscription's period. */
export function isCompatibleWith(subscription: SyncSubscription, price: SyncPrice): boolean {
  return mismatchOf(subscription, price) === undefined
}

function mismatchOf(subscription: SyncSubscription, price: SyncPrice): SyncMismatch | undefined {
  if (price.currency !== subscription.currency) return 'other_currency'
  if (!isRecurring(price.billing_period)) return 'one_time'
  const isOfPeriod =
    price.billing_period === subscription.billing_period &&
    price.billing_period_count === subscription.billing_period_count
  return isOfPeriod ? undefined : 'other_period'
}

/** No line of a price outlives it, and none ends before it but by the subscription's own doing. */
function movedEnds<Line extends SyncLine>(stretches: readonly Stretch<Line>[], price: SyncPrice) {
  return stretches
    .filter(({ line }) => line.price_id === price.id)
    .map((stretch) => {
      const { line } = stretch
      return { line, end: endWithin(stretch, { start: line.start_date, priceEnd: price.end_date }) }
    })
    .filter(({ line, end }) => end.end_date?.getTime() !== line.end_date?.getTime())
}

type SyncFacts = Omit<SubscriptionSync<SyncLine>, 'newLine' | 'hasChanged'>

/** The lines of the price that the subscription has not, but for those in time that is billed. */
export function missingPieces(sync: SyncFacts, price: SyncPrice): SyncLine[] {
  return piecesIn(chainStretches(sync, price), sync, price)
}

/** What was before the plan came in the place of another has gone with that time: it stays as it is, and is no stretch. */
export function linesOfPlan<Line extends SyncLine>(
  lines: readonly Line[],
  { plan_since: since }: SyncSubscription,
): readonly Line[] {
  return since === null ? lines : lines.filter(({ start_date }) => start_date >= since)
}

function planStart({ start_date: start, plan_since: since }: SyncSubscription): Date {
  return since === null ? start : later(start, since)
}

function chainStretches<Line extends SyncLine>(
  {
    prices,
    lines,
    overriddenFrom,
    subscription,
  }: Pick<SubscriptionSync<Line>, 'prices' | 'lines' | 'overriddenFrom' | 'subscription'>,
  price: SyncPrice,
): Stretch<Line>[] {
  const chain = new Set(
    prices.filter((other) => other.root_price_id === price.root_price_id).map(({ id }) => id),
  )
  return stretchesOf(
    linesOfPlan(lines, subscription).filter(({ price_id }) => chain.has(price_id)),
    overriddenFrom.get(price.root_price_id),
  )
}

/** The price in the stretches of its chain's other prices; without any line of the chain from the subscription's start on. */
function piecesIn(
  stretches: readonly Stretch<SyncLine>[],
  { subscription, overriddenFrom, unbilledFrom }: Omit<SyncFacts, 'prices' | 'lines'>,
  price: SyncPrice,
): SyncLine[] {
  const whole = {
    start: planStart(subscription),
    quantity: String(price.min_quantity ?? 1),
    userEnd: null,
    end: overriddenFrom.get(price.root_price_id) ?? null,
    isFollowed: false,
  }
  const others = stretches.flatMap(({ line, ...stretch }) =>
    line.price_id === price.id ? [] : [{ ...stretch, start: line.start_date, quantity: line.quantity }],
  )
  return (stretches.length === 0 ? [whole] : others).flatMap(({ quantity, ...stretch }) => {
    const start_date = [stretch.start, price.start_date].reduce(later, planStart(subscription))
    const end = endWithin(stretch, { start: start_date, priceEnd: price.end_date })
    if (end.end_date && end.end_date <= later(start_date, unbilledFrom)) return []
    return [{ price_id: price.id, quantity, start_date, ...end }]
  })
}

/** It never was, or never will be, at work in time that is still to be billed. */
function isOver({ subscription, unbilledFrom }: SubscriptionSync<SyncLine>, price: SyncPrice): boolean {
  if (price.end_date === null) return false
  return price.end_date <= [unbilledFrom, price.start_date].reduce(later, planStart(subscription))
}

function isAfter(end: Date | null, other: Date | null): boolean {
  return other !== null && (end === null || end > other)
}
