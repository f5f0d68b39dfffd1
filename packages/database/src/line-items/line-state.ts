import { assert, notFound } from '@flexprice/domain'
import { type Boundaries, reachedVersions } from '@flexprice/domain/subscription'
import { type RawBuilder, sql } from 'kysely'
import type { MeterRow } from '../catalog/meters.ts'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { all, kept, mapped, type Reading, rowsOf } from '../connection/together.ts'
import { boundariesRead } from '../subscriptions/version-boundaries.ts'
import type { ChainRow } from './line-item-chain.ts'
import { type LockedSubscription, refuseFinalLines, type StoredLine } from './line-item-lock.ts'
import { standingOverrides } from './standing-overrides.ts'

/** A subscription that is held, with all that decides what an edit of some of its lines makes of it. */
export interface LineState {
  readonly subscription: LockedSubscription
  readonly boundaries: Boundaries
  /** All that it has, by id. */
  readonly lines: ReadonlyMap<string, StoredLine>
  /** Of the chains that the edited lines are of, in whatever state, by id. */
  readonly prices: ReadonlyMap<string, PriceRow>
  /** Of these prices, by id. */
  readonly meters: ReadonlyMap<string, MeterRow>
  /** The first prices of the plan's chains in whose place it has prices of its own. */
  readonly overriddenRoots: ReadonlySet<string>
}

/** Whose lines are read, and which prices' chains beside theirs; none: the one subscription that the lines are of. */
interface Named {
  readonly subscriptionId?: string
  readonly priceIds?: readonly string[]
}

/**
 * Reads it behind the lock of the one subscription that the lines are of, in one round trip, however many they are; holds
 * the subscription until the caller's transaction ends.
 *
 * @throws not_found where it has none of the lines; invalid_operation for a subscription whose lines are final (cancelled)
 *   or not at work (draft)
 */
export function lineState(scoped: Scoped, lineIds: readonly string[], named: Named = {}): Reading<LineState> {
  return mapped(lineRows(scoped, lineIds, named), (rows) => stateOf(rows, lineIds, named))
}

/** The same, to be sent beside others: what is wrong is told where the state is asked for. */
export function lineStateLater(
  scoped: Scoped,
  lineIds: readonly string[],
): { readonly sent: Reading<void>; result(): LineState } {
  const rows = kept(lineRows(scoped, lineIds, {}))
  return { sent: rows.sent, result: () => stateOf(rows.result(), lineIds, {}) }
}

type LineRows = readonly [
  LockedSubscription[],
  StoredLine[],
  PriceRow[],
  MeterRow[],
  { readonly root_price_id: string }[],
  ReadonlyMap<string, Boundaries>,
]

function lineRows(
  scoped: Scoped,
  lineIds: readonly string[],
  { subscriptionId, priceIds = [] }: Named,
): Reading<LineRows> {
  assert(scoped.db.isTransaction, 'lines are edited by what is held')
  const { environmentId } = scoped.scope
  const named = sql`(select min(subscription_id collate "C") from subscription_line_items
    where environment_id = ${environmentId} and id = any (${lineIds}::text[]))`
  const id = subscriptionId === undefined ? named : sql`${subscriptionId}::text`
  // By statements behind the lock: their snapshots have what was waited for.
  return all([
    rowsOf(heldSubscription(scoped, id)),
    rowsOf(sql<StoredLine>`select * from subscription_line_items where subscription_id = ${id}`),
    rowsOf(chainPrices(scoped, lineIds, priceIds)),
    rowsOf(chainMeters(scoped, lineIds, priceIds)),
    rowsOf(standingOverrides(scoped, id)),
    boundariesRead(scoped, sql`array[${id}]`),
  ])
}

function stateOf(
  [[subscription], lines, prices, meters, overridden, boundariesOf]: LineRows,
  lineIds: readonly string[],
  { subscriptionId }: Named,
): LineState {
  if (!subscription) {
    throw subscriptionId === undefined
      ? notFound('Line item', lineIds[0] ?? '')
      : notFound('Subscription', subscriptionId)
  }
  refuseFinalLines(subscription)
  const boundaries = boundariesOf.get(subscription.id)
  assert(boundaries, `subscription ${subscription.id} is held`)
  return {
    ...{ subscription, boundaries },
    lines: byId(lines),
    prices: byId(prices),
    meters: byId(meters),
    overriddenRoots: new Set(overridden.map(({ root_price_id }) => root_price_id)),
  }
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}

function heldSubscription({ scope }: Scoped, id: RawBuilder<unknown>) {
  return sql<LockedSubscription>`select * from subscriptions
    where environment_id = ${scope.environmentId} and id = ${id} and status <> 'deleted' for update`
}

function chainPrices(scoped: Scoped, lineIds: readonly string[], priceIds: readonly string[]) {
  return sql<PriceRow>`select * from prices where environment_id = ${scoped.scope.environmentId}
    and root_price_id in (${rootsOf(scoped, lineIds, priceIds)})`
}

function chainMeters(scoped: Scoped, lineIds: readonly string[], priceIds: readonly string[]) {
  const { environmentId } = scoped.scope
  return sql<MeterRow>`select * from meters where environment_id = ${environmentId} and id in (
    select meter_id from prices where environment_id = ${environmentId}
      and root_price_id in (${rootsOf(scoped, lineIds, priceIds)}))`
}

function rootsOf({ scope }: Scoped, lineIds: readonly string[], priceIds: readonly string[]) {
  return sql`select p.root_price_id from prices p where p.environment_id = ${scope.environmentId} and p.id in (
    select l.price_id from subscription_line_items l where l.id = any (${lineIds}::text[])
    union all select unnest(${priceIds}::text[]))`
}

/** A line with its price. @throws not_found */
export function lineOf(
  { lines, prices }: LineState,
  lineItemId: string,
): { readonly line: StoredLine; readonly price: PriceRow } {
  const line = lines.get(lineItemId)
  if (!line) throw notFound('Line item', lineItemId)
  const price = prices.get(line.price_id)
  assert(price, `line item ${lineItemId} has a price`)
  return { line, price }
}

/** The subscription's lines of a price's chain, by time, each with the instant at which its price reached it. */
export function chainOf({ lines, prices, boundaries }: LineState, price: PriceRow): ChainRow[] {
  const chain = [...prices.values()].filter(({ root_price_id }) => root_price_id === price.root_price_id)
  const versions = chain.filter(({ status }) => status === 'published').toSorted(byTime)
  const startOf = new Map(
    [...chain, ...reachedVersions(versions, boundaries)].map(({ id, start_date }) => [id, start_date]),
  )
  return [...lines.values()]
    .flatMap((line) => {
      const price_start = startOf.get(line.price_id)
      return price_start ? [{ ...line, price_start }] : []
    })
    .toSorted(byTime)
}

interface Timed {
  readonly id: string
  readonly start_date: Date
}

function byTime(one: Timed, other: Timed): number {
  return one.start_date.getTime() - other.start_date.getTime() || (one.id < other.id ? -1 : 1)
}

/** Of the chain's last price: the one without a successor. */
export function endOfChain({ prices }: LineState, price: PriceRow): Date | null {
  if (price.successor_price_id === null) return price.end_date
  const last = [...prices.values()].find(
    (one) =>
      one.root_price_id === price.root_price_id &&
      one.successor_price_id === null &&
      one.status === 'published',
  )
  return last?.end_date ?? null
}

/** The state with these lines in the place of theirs, or beside the others. */
export function withLines<State extends LineState>(state: State, changed: readonly StoredLine[]): State {
  return { ...state, lines: new Map([...state.lines, ...byId(changed)]) }
}

/** The same of prices. */
export function withPrices<State extends LineState>(state: State, changed: readonly PriceRow[]): State {
  return { ...state, prices: new Map([...state.prices, ...byId(changed)]) }
}
