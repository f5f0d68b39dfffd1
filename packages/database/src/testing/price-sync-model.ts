import {
  type Boundaries,
  type PriceVersion,
  reachedVersions,
  type SyncLine,
  type SyncOutcome,
  type SyncPrice,
  syncLines,
  type VersionWait,
} from '@flexprice/domain/subscription'
import { recurringPeriods } from '@flexprice/domain/time'

/**
 * What a price sync does to a world, by the domain's table over plain values, with none of the SQL's
 * shortcuts. What the SQL does is held against it. Instants are epoch milliseconds.
 */
export function modelPriceSync(
  world: ModelWorld,
  { sees }: { sees: (subscription: ModelSubscription, price: ModelPrice) => boolean },
): { lines: readonly ModelLine[]; counts: ModelCounts; named: Readonly<Record<string, number>> } {
  const named: Record<string, number> = {}
  const counts: Record<ModelOutcome, number> = { ...noCounts }
  const living = new Set(world.subscriptions.map(({ id }) => id))
  const synced = world.subscriptions.flatMap((subscription) => {
    const seen = new Set(world.prices.filter((price) => sees(subscription, price)).map(({ id }) => id))
    const { lines, outcomes } = syncLines({
      subscription: {
        ...termsOf(subscription.terms),
        start_date: new Date(subscription.start),
        plan_since: null,
      },
      prices: reachedVersions(world.prices.map(syncPrice), subscription.boundaries),
      hasChanged: ({ id }) => seen.has(id),
      overriddenFrom: overriddenFrom(world, subscription.id),
      lines: world.lines.filter((line) => line.subscriptionId === subscription.id).map(syncLine),
      unbilledFrom: new Date(subscription.unbilledFrom),
      newLine: (line) => line,
    })
    for (const { priceId, outcome, mismatch } of outcomes) {
      counts[modelOutcomes[outcome]] += 1
      if (outcome === 'added' || outcome === 'removed' || outcome === 'in_sync') continue
      const name = `${priceId} ${mismatch ?? outcome}`
      named[name] = (named[name] ?? 0) + 1
    }
    return lines.map((line) => modelLine(subscription.id, line))
  })
  const others = world.lines.filter((line) => !living.has(line.subscriptionId))
  return { lines: sortedLines([...others, ...synced]), counts, named }
}

export interface ModelPrice {
  readonly id: string
  readonly rootId: string
  readonly successorId: string | null
  readonly terms: string
  readonly oneTime: boolean
  readonly start: number
  readonly end: number | null
  readonly waitsFor: VersionWait | null
  readonly minQuantity: number | null
  readonly sequence: number
}

export interface ModelSubscription {
  readonly id: string
  readonly terms: string
  readonly start: number
  readonly sequence: number
  readonly unbilledFrom: number
  readonly boundaries: Boundaries
}

export interface ModelLine {
  readonly subscriptionId: string
  readonly priceId: string
  readonly start: number
  readonly end: number | null
  readonly endedBy: 'price' | 'user' | null
  readonly userEnd: number | null
  readonly quantity: number
}

/** One plan, its live subscriptions, and all of their lines. */
export interface ModelWorld {
  readonly prices: readonly ModelPrice[]
  readonly subscriptions: readonly ModelSubscription[]
  readonly lines: readonly ModelLine[]
  /** A subscription's own prices, each with the plan price that it replaces. */
  readonly overrides: ReadonlyArray<{
    readonly id: string
    readonly subscriptionId: string
    readonly priceId: string
    readonly start: number
  }>
}

export type ModelOutcome = keyof typeof noCounts
export type ModelCounts = Readonly<Record<ModelOutcome, number>>

const noCounts = {
  added: 0,
  removed: 0,
  incompatible: 0,
  ended: 0,
  overridden: 0,
  endedByUser: 0,
  inSync: 0,
}

const modelOutcomes = {
  added: 'added',
  removed: 'removed',
  incompatible: 'incompatible',
  ended: 'ended',
  overridden: 'overridden',
  ended_by_user: 'endedByUser',
  in_sync: 'inSync',
} as const satisfies Record<SyncOutcome, ModelOutcome>

function overriddenFrom({ prices, overrides }: ModelWorld, subscriptionId: string): Map<string, Date> {
  const since = new Map<string, Date>()
  for (const override of overrides.filter((one) => one.subscriptionId === subscriptionId)) {
    const root = prices.find(({ id }) => id === override.priceId)?.rootId
    const other = (root === undefined ? undefined : since.get(root)) ?? new Date(override.start)
    if (root !== undefined) since.set(root, new Date(Math.min(other.getTime(), override.start)))
  }
  return since
}

function syncPrice(price: ModelPrice): SyncPrice & PriceVersion {
  return {
    id: price.id,
    root_price_id: price.rootId,
    ...termsOf(price.terms),
    ...(price.oneTime ? { billing_period: 'ONETIME' } : {}),
    start_date: new Date(price.start),
    end_date: price.end === null ? null : new Date(price.end),
    min_quantity: price.minQuantity,
    waits_for: price.waitsFor,
  }
}

function syncLine(line: ModelLine): SyncLine {
  return {
    price_id: line.priceId,
    quantity: String(line.quantity),
    start_date: new Date(line.start),
    end_date: line.end === null ? null : new Date(line.end),
    ended_by: line.endedBy,
    user_end: line.userEnd === null ? null : new Date(line.userEnd),
  }
}

function modelLine(subscriptionId: string, line: SyncLine): ModelLine {
  return {
    subscriptionId,
    priceId: line.price_id,
    start: line.start_date.getTime(),
    end: line.end_date?.getTime() ?? null,
    endedBy: line.ended_by,
    userEnd: line.user_end?.getTime() ?? null,
    quantity: Number(line.quantity),
  }
}

/** `usd MONTHLY 3`; a ONETIME price is told apart by itself. */
function termsOf(terms: string) {
  const [currency = '', period, count] = terms.split(' ')
  const billing_period = recurringPeriods.find((one) => one === period) ?? 'MONTHLY'
  return { currency, billing_period, billing_period_count: Number(count) }
}

/** The lines that a new subscription begins with: billing rules, section 7. */
export function modelCreation(
  prices: readonly ModelPrice[],
  subscription: ModelSubscription,
): readonly ModelLine[] {
  const seen = new Map(
    reachedVersions(prices.map(syncPrice), subscription.boundaries).map((price) => [price.id, price]),
  )
  return prices
    .map((price): ModelPrice => {
      const reached = seen.get(price.id)
      if (!reached || price.oneTime) return price
      return {
        ...price,
        start: reached.start_date.getTime(),
        end: reached.end_date?.getTime() ?? null,
      }
    })
    .filter((price) => !price.oneTime || isEarliest(price, prices, subscription))
    .filter(({ oneTime, terms }) =>
      oneTime ? currencyOf(terms) === currencyOf(subscription.terms) : terms === subscription.terms,
    )
    .map((price) => firstLine(subscription, price, price.minQuantity ?? 1))
    .filter(({ start, end }) => end === null || end > start)
}

/** Of a ONETIME chain each would bill once. */
function isEarliest(price: ModelPrice, prices: readonly ModelPrice[], { start }: ModelSubscription): boolean {
  return !prices.some(
    (other) =>
      other.rootId === price.rootId &&
      other.start < price.start &&
      (other.end === null || other.end > Math.max(start, other.start)),
  )
}

function firstLine(subscription: ModelSubscription, price: ModelPrice, quantity: number): ModelLine {
  return {
    subscriptionId: subscription.id,
    priceId: price.id,
    start: Math.max(subscription.start, price.start),
    end: price.end,
    endedBy: price.end === null ? null : 'price',
    userEnd: null,
    quantity,
  }
}

function currencyOf(terms: string): string | undefined {
  return terms.split(' ')[0]
}

export function sortedLines(lines: readonly ModelLine[]): ModelLine[] {
  const key = (line: ModelLine) => `${line.subscriptionId} ${line.priceId} ${line.start}`
  return lines.toSorted((left, right) => (key(left) < key(right) ? -1 : 1))
}
