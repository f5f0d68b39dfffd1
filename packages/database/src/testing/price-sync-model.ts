/**
 * The table of billing rules, section 8, "Price sync", once more: row by row over plain values, with
 * none of the SQL's shortcuts. What the SQL does is held against it. Instants are epoch milliseconds.
 */
export function modelPriceSync(
  world: ModelWorld,
  sync: { now: number; sees: (subscription: ModelSubscription, price: ModelPrice) => boolean },
): { lines: readonly ModelLine[]; counts: ModelCounts } {
  const lines = world.lines.map((line) => ({ ...line }))
  const counts: Record<ModelOutcome, number> = { ...noCounts }
  for (const subscription of world.subscriptions) {
    // Every pair is judged by the state before, as one statement does.
    const before = world.lines.filter((line) => line.subscriptionId === subscription.id)
    for (const price of world.prices.filter((price) => sync.sees(subscription, price))) {
      const { outcome, line, change } = judge({ world, subscription, price, before, now: sync.now })
      counts[outcome] += 1
      if (line && followsItsPrice.has(outcome)) cutEarlier(lines, { line, priceEnd: price.end })
      if (!change) continue
      const target = lines.find((other) => line && sameLine(other, line))
      if (target) Object.assign(target, change)
      else lines.push({ subscriptionId: subscription.id, priceId: price.id, ...change })
    }
  }
  return { lines, counts }
}

const followsItsPrice: ReadonlySet<ModelOutcome> = new Set(['added', 'removed', 'inSync'])

/** No line of a price outlives it, also not one that a change of quantity closed before the last one. */
function cutEarlier(
  lines: Array<ModelLine & { end: number | null }>,
  { line, priceEnd }: { line: ModelLine; priceEnd: number | null },
): void {
  if (priceEnd === null) return
  for (const earlier of lines) {
    if (earlier.subscriptionId !== line.subscriptionId || earlier.priceId !== line.priceId) continue
    if (earlier.start >= line.start || earlier.end === null) continue
    if (earlier.end > priceEnd) earlier.end = Math.max(earlier.start, priceEnd)
  }
}

export interface ModelPrice {
  readonly id: string
  readonly rootId: string
  readonly successorId: string | null
  readonly terms: string
  readonly oneTime: boolean
  readonly start: number
  readonly end: number | null
  readonly minQuantity: number | null
  readonly sequence: number
}

export interface ModelSubscription {
  readonly id: string
  readonly terms: string
  readonly start: number
  readonly sequence: number
}

export interface ModelLine {
  readonly subscriptionId: string
  readonly priceId: string
  readonly start: number
  readonly end: number | null
  readonly endedBy: 'price' | 'user' | null
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

/** The lines that a new subscription begins with: billing rules, section 7. */
export function modelCreation(
  prices: readonly ModelPrice[],
  subscription: ModelSubscription,
): readonly ModelLine[] {
  return prices
    .filter(({ oneTime, terms }) =>
      oneTime ? currencyOf(terms) === currencyOf(subscription.terms) : terms === subscription.terms,
    )
    .map((price) => firstLine(subscription, price, price.minQuantity ?? 1))
    .filter(({ start, end }) => end === null || end > start)
}

interface Pair {
  readonly world: ModelWorld
  readonly subscription: ModelSubscription
  readonly price: ModelPrice
  readonly before: readonly ModelLine[]
  readonly now: number
}

type Change = Omit<ModelLine, 'subscriptionId' | 'priceId'>

function judge(pair: Pair): { outcome: ModelOutcome; line?: ModelLine; change?: Change } {
  const { world, subscription, price, before, now } = pair
  const chain = world.prices.filter((other) => other.rootId === price.rootId)
  const line = before
    .filter(({ priceId }) => priceId === price.id)
    .toSorted(byStart)
    .at(-1)
  const last = chain
    .toSorted((left, right) => depth(chain, left) - depth(chain, right))
    .flatMap(({ id }) => before.filter(({ priceId }) => priceId === id))
    .toSorted(byStart)
    .at(-1)
  const earliest = Math.max(subscription.start, price.start)

  if (price.oneTime || price.terms !== subscription.terms) return { outcome: 'incompatible' }
  if (!line && price.end !== null && price.end <= Math.max(now, earliest)) return { outcome: 'ended' }
  const overridden = world.overrides.some(
    (override) =>
      override.subscriptionId === subscription.id && chain.some(({ id }) => id === override.priceId),
  )
  if (overridden) return { outcome: 'overridden' }
  if (last?.endedBy === 'user') return { outcome: 'endedByUser' }
  if (!line) {
    const quantity = last?.quantity ?? price.minQuantity ?? 1
    return { outcome: 'added', change: firstLine(subscription, price, quantity) }
  }
  const end = price.end === null ? null : Math.max(line.start, price.end)
  const change = { ...line, end, endedBy: end === null ? null : ('price' as const) }
  if (line.end === null && end !== null) return { outcome: 'removed', line, change }
  if (line.endedBy === 'price' && line.end !== null && line.end !== end) {
    return { outcome: end === null || end > line.end ? 'added' : 'removed', line, change }
  }
  return { outcome: 'inSync', line }
}

function firstLine(subscription: ModelSubscription, price: ModelPrice, quantity: number): ModelLine {
  return {
    subscriptionId: subscription.id,
    priceId: price.id,
    start: Math.max(subscription.start, price.start),
    end: price.end,
    endedBy: price.end === null ? null : 'price',
    quantity,
  }
}

/** How many prices of its chain came before it. */
function depth(chain: readonly ModelPrice[], price: ModelPrice): number {
  const parent = chain.find(({ successorId }) => successorId === price.id)
  return parent ? 1 + depth(chain, parent) : 0
}

/** Stable, so that lines of one start stay in the order of the chain. */
function byStart(left: ModelLine, right: ModelLine): number {
  return left.start - right.start
}

function sameLine(left: ModelLine, right: ModelLine): boolean {
  return (
    left.subscriptionId === right.subscriptionId &&
    left.priceId === right.priceId &&
    left.start === right.start
  )
}

function currencyOf(terms: string): string | undefined {
  return terms.split(' ')[0]
}
