import type { BillingPeriod, RecurringPeriod } from '../time/billing-period.ts'
import { later } from '../time/period.ts'

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
}

export interface SyncLine {
  readonly price_id: string
  /** Decimal text. */
  readonly quantity: string
  readonly start_date: Date
  readonly end_date: Date | null
  readonly ended_by: 'price' | 'user' | null
}

/** Why a pair of subscription and price is left as it is. */
export const syncSkips = ['incompatible', 'ended', 'overridden', 'ended_by_user', 'in_sync'] as const
export type SyncSkip = (typeof syncSkips)[number]
export type SyncOutcome = 'added' | 'removed' | SyncSkip

export interface SubscriptionSync<Line extends SyncLine> {
  readonly subscription: SyncSubscription
  /** All of the plan's, ended ones too: a chain's other prices tell quantity and a user's end. */
  readonly prices: readonly SyncPrice[]
  /** Whether the price has changed since the subscription was synced: the others make no pair. */
  readonly hasChanged: (price: SyncPrice) => boolean
  /** The chains, by their first price, of which the subscription overrides a price. */
  readonly overriddenRoots: ReadonlySet<string>
  readonly lines: readonly Line[]
  readonly now: Date
  /** Makes a line that the sync adds. */
  readonly newLine: (line: SyncLine) => Line
}

export interface SyncedLines<Line extends SyncLine> {
  /** Those that were there, in their order, then those that were added. */
  readonly lines: readonly Line[]
  readonly outcomes: ReadonlyArray<{ readonly priceId: string; readonly outcome: SyncOutcome }>
}

/**
 * What a price sync does to one subscription's lines: the table of billing rules, section 8, "Price sync",
 * row by row over plain values. The sync itself is set-based SQL; a test holds the two together over random
 * stories, so that a dry run tells what the sync will do. Every pair is judged by the lines before, as one
 * statement does.
 */
export function syncLines<Line extends SyncLine>(sync: SubscriptionSync<Line>): SyncedLines<Line> {
  const lines = [...sync.lines]
  const added: Line[] = []
  const outcomes = sync.prices.filter(sync.hasChanged).map((price) => {
    const { outcome, line, change } = judge(sync, price)
    if (line && followsItsPrice.has(outcome)) cutEarlier(lines, price, line)
    if (line && change) lines[sync.lines.indexOf(line)] = { ...line, ...change }
    else if (change) added.push(sync.newLine({ price_id: price.id, ...change }))
    return { priceId: price.id, outcome }
  })
  return { lines: [...lines, ...added], outcomes }
}

type Change = Omit<SyncLine, 'price_id'>

interface Judgement<Line> {
  readonly outcome: SyncOutcome
  /** The price's last one. */
  readonly line?: Line | undefined
  readonly change?: Change
}

function judge<Line extends SyncLine>(sync: SubscriptionSync<Line>, price: SyncPrice): Judgement<Line> {
  const { subscription, now, overriddenRoots } = sync
  const line = lastLine(sync.lines.filter(({ price_id }) => price_id === price.id))
  const start = later(subscription.start_date, price.start_date)
  if (!isCompatible(subscription, price)) return { outcome: 'incompatible' }
  if (!line && price.end_date && price.end_date <= later(now, start)) return { outcome: 'ended' }
  if (overriddenRoots.has(price.root_price_id)) return { outcome: 'overridden' }
  const chain = sync.prices.filter((other) => other.root_price_id === price.root_price_id)
  const chainsLast = lastLine(sync.lines.filter(({ price_id }) => chain.some(({ id }) => id === price_id)))
  if (chainsLast?.ended_by === 'user') return { outcome: 'ended_by_user' }
  if (!line) {
    const quantity = chainsLast?.quantity ?? String(price.min_quantity ?? 1)
    return { outcome: 'added', change: { quantity, start_date: start, ...endOf(price, start) } }
  }
  const change = { ...changeable(line), ...endOf(price, line.start_date) }
  if (line.end_date === null && change.end_date !== null) return { outcome: 'removed', line, change }
  if (line.ended_by !== 'price' || sameInstant(line.end_date, change.end_date)) {
    return { outcome: 'in_sync', line }
  }
  const isLonger = change.end_date === null || (line.end_date !== null && change.end_date > line.end_date)
  return { outcome: isLonger ? 'added' : 'removed', line, change }
}

/** A ONETIME price is of no subscription's period. */
function isCompatible(subscription: SyncSubscription, price: SyncPrice): boolean {
  return (
    price.currency === subscription.currency &&
    price.billing_period === subscription.billing_period &&
    price.billing_period_count === subscription.billing_period_count
  )
}

function endOf({ end_date }: SyncPrice, start: Date): Pick<SyncLine, 'end_date' | 'ended_by'> {
  return end_date === null
    ? { end_date: null, ended_by: null }
    : { end_date: later(start, end_date), ended_by: 'price' }
}

function changeable({ quantity, start_date, end_date, ended_by }: SyncLine): Change {
  return { quantity, start_date, end_date, ended_by }
}

const followsItsPrice: ReadonlySet<SyncOutcome> = new Set(['added', 'removed', 'in_sync'])

/** No line of a price outlives it, also not one that a change of quantity closed before the last one. */
function cutEarlier<Line extends SyncLine>(lines: Line[], price: SyncPrice, last: Line): void {
  const { end_date: end } = price
  if (end === null) return
  for (const [index, earlier] of lines.entries()) {
    if (earlier === last || earlier.price_id !== price.id || earlier.end_date === null) continue
    const cut = later(earlier.start_date, end)
    if (earlier.end_date > cut) lines[index] = { ...earlier, end_date: cut }
  }
}

/** Of two lines with one start the earlier one has no length, as its price ended before. */
function lastLine<Line extends SyncLine>(lines: readonly Line[]): Line | undefined {
  return lines.reduce<Line | undefined>(
    (last, line) => (last === undefined || isAfter(line, last) ? line : last),
    undefined,
  )
}

function isAfter(line: SyncLine, other: SyncLine): boolean {
  const byStart = line.start_date.getTime() - other.start_date.getTime()
  if (byStart !== 0) return byStart > 0
  const byEnd = endTime(line) - endTime(other)
  return Number.isNaN(byEnd) || byEnd === 0 ? line.price_id > other.price_id : byEnd > 0
}

function endTime({ end_date }: SyncLine): number {
  return end_date?.getTime() ?? Number.POSITIVE_INFINITY
}

function sameInstant(left: Date | null, right: Date | null): boolean {
  return left?.getTime() === right?.getTime()
}
