import { assert } from '@flexprice/domain'
import type { FormerGrid, Pause } from '@flexprice/domain/cycle'
import { isSameLength, type PeriodTerms } from '@flexprice/domain/time'
import { type Selectable, sql } from 'kysely'
import { type MeterRow, metersById } from '../catalog/meters.ts'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { all, type Reading, rowsOf, together } from '../connection/together.ts'
import type { EntitlementRow } from '../entitlements/entitlements.ts'
import { type BilledBy, readBilledLines } from '../invoices/billed-lines.ts'
import { listPauses } from '../schedules/pauses.ts'
import type { SubscriptionLineItemTable, SubscriptionTable } from '../tables/subscription-tables.ts'
import { formerPlans, readEntitlements } from './charged-entitlements.ts'

export type ChargedSubscription = Selectable<SubscriptionTable> & {
  readonly external_customer_id: string
  readonly plan_name: string
}

/** What of a line decides its charges: thousands are read at once, and each date of one costs as much as a sum. */
const lineColumns = [
  'id',
  'subscription_id',
  'price_id',
  'quantity',
  'start_date',
  'end_date',
  'ended_by',
  'user_end',
  'opened_by_change',
  'closed_by_change',
  'carries_line_id',
  'former_grid',
] as const

export type ChargedLineRow = Pick<Selectable<SubscriptionLineItemTable>, (typeof lineColumns)[number]>

export interface ChargedLine {
  readonly line: ChargedLineRow
  readonly price: PriceRow
  /**
   * The root of the chain that the line belongs to: of the plan price that its own one replaces, if any, and of the line
   * of another plan that it carries on.
   */
  readonly chain: string
  /** Of a USAGE price. */
  readonly meter: MeterRow | null
  /** Whose price it is of, or of a price of which its own stands in the place; null: the subscription's own. */
  readonly planId: string | null
  /** Of ONETIME and of a longer period than the subscription's: the invoices that it is on. */
  readonly billedBy: readonly BilledBy[]
  /** That its subscription's grid was, until a change ended it; null: it is on the present one. */
  readonly formerGrid: FormerGrid | null
}

/** All that decides what a subscription is charged, but its usage. */
export interface ChargeFacts {
  readonly subscription: ChargedSubscription
  /** Ended ones too, oldest first: they may have spent of an allowance. */
  readonly lines: readonly ChargedLine[]
  /** Times in which the lines stand still, those to come too, in order; no end while one lasts. */
  readonly pauses: readonly Pause[]
  /** At work in the subscription, of metered features, by the meter. */
  readonly entitlements: ReadonlyMap<string, readonly EntitlementRow[]>
  /** The same of each other plan that a line is of, by the plan: what was used under it was free by it. */
  readonly formerEntitlements: ReadonlyMap<string, ReadonlyMap<string, readonly EntitlementRow[]>>
}

/**
 * Reads the facts of a slice of subscriptions in a fixed number of statements, however many they are.
 * In the order of their ids; what does not exist, or is deleted, is left out.
 *
 * @param meterIds of lines that are not there yet: what is granted of them is read, too
 * @param lock true to hold the subscriptions and their lines as they are until the caller's transaction ends
 */
export async function readChargeFacts(
  scoped: Scoped,
  subscriptionIds: readonly string[],
  { lock = false, meterIds = [] }: { lock?: boolean; meterIds?: readonly string[] } = {},
): Promise<ChargeFacts[]> {
  if (subscriptionIds.length === 0) return []
  const [rows] = await together(scoped, chargedRows(scoped, subscriptionIds, { lock }))
  return await chargeFacts(scoped, rows, { meterIds })
}

/** What all facts are made of. */
export type ChargedRows = readonly [ChargedSubscription[], ChargedLineRow[], PriceRow[]]

/** The first part of `readChargeFacts`, to be sent with what its caller reads behind the subscriptions' locks. */
export function chargedRows(
  scoped: Scoped,
  subscriptionIds: readonly string[],
  { lock }: { lock: boolean },
): Reading<ChargedRows> {
  return all([
    rowsOf(subscriptionsOf(scoped, subscriptionIds, lock)),
    rowsOf(linesOf(scoped, subscriptionIds)),
    rowsOf(pricesOf(scoped, subscriptionIds)),
  ])
}

/** The rest of it. */
export async function chargeFacts(
  scoped: Scoped,
  [subscriptions, allLines, allPrices]: ChargedRows,
  { meterIds = [] }: { meterIds?: readonly string[] } = {},
): Promise<ChargeFacts[]> {
  // Of a deleted subscription the lines were read, too.
  const known = new Set(subscriptions.map(({ id }) => id))
  const rows = allLines.filter(({ subscription_id: id }) => known.has(id))
  const prices = new Map(allPrices.map((row) => [row.id, row]))
  const pausesOf = await readPauses(scoped, subscriptions)
  const meters = await metersById(
    scoped,
    [...prices.values()].map((price) => price.meter_id),
  )
  const billed = await readBilledLines(scoped, billedByChain(rows, prices, subscriptions))
  const chainOf = chainsByLine(rows, prices)
  const linesBySubscription = new Map<string, ChargedLine[]>()
  for (const line of rows) {
    const price = prices.get(line.price_id)
    if (!price) continue
    const charged: ChargedLine = {
      line,
      price,
      chain: chainOf(line),
      planId: price.plan_id ?? prices.get(price.overridden_price_id ?? '')?.plan_id ?? null,
      meter: meters.get(price.meter_id ?? '') ?? null,
      billedBy: billed.get(line.id) ?? none,
      formerGrid: formerGridOf(line),
    }
    const some = linesBySubscription.get(line.subscription_id)
    if (some) some.push(charged)
    else linesBySubscription.set(line.subscription_id, [charged])
  }
  const formers = formerPlans(subscriptions, linesBySubscription)
  const formersOf = Map.groupBy(formers, ({ id }) => id)
  const entitlementsOf = await readEntitlements(scoped, { subscriptions, formers }, [
    ...new Set([...meters.keys(), ...meterIds]),
  ])
  return subscriptions.map((subscription) => ({
    subscription,
    lines: linesBySubscription.get(subscription.id) ?? none,
    pauses: pausesOf.get(subscription.id) ?? none,
    entitlements: entitlementsOf.present(subscription.id),
    formerEntitlements: entitlementsOf.ofFormers(formersOf.get(subscription.id) ?? none),
  }))
}

const none: readonly never[] = []

function formerGridOf({ former_grid: grid }: ChargedLineRow): FormerGrid | null {
  return grid && { ...grid, anchor: new Date(grid.anchor), until: new Date(grid.until) }
}

/** A line that carries another one on is of that one's chain; it came later, so that this ends. */
function chainsByLine(rows: readonly ChargedLineRow[], prices: ReadonlyMap<string, PriceRow>) {
  const carry = rows.some((row) => row.carries_line_id !== null)
  const byId = new Map(carry ? rows.map((row) => [row.id, row]) : [])
  return (line: ChargedLineRow): string => {
    let first = line
    for (let steps = 0; first.carries_line_id !== null; steps++) {
      assert(steps < rows.length, 'lines carry one another on without a circle')
      const carried = byId.get(first.carries_line_id)
      assert(carried, 'a line carries on another one of its subscription')
      first = carried
    }
    const price = prices.get(first.price_id)
    assert(price, 'a line has a price')
    const replaced = price.overridden_price_id === null ? undefined : prices.get(price.overridden_price_id)
    return (replaced ?? price).root_price_id
  }
}

/** Held before they are joined: of one that waits for a change of its plan, the join would not find the row any more. */
function subscriptionsOf(scoped: Scoped, ids: readonly string[], lock: boolean) {
  return sql<ChargedSubscription>`
    select s.*, c.external_id as external_customer_id, p.name as plan_name
    from (
      select * from subscriptions
      where environment_id = ${scoped.scope.environmentId} and id = any (${ids}::text[]) and status <> 'deleted'
      order by id ${lock ? sql`for update` : sql``}
    ) s
    join customers c on c.environment_id = s.environment_id and c.id = s.customer_id
    join plans p on p.environment_id = s.environment_id and p.id = s.plan_id
    order by s.id`
}

/** Behind the subscriptions' locks, and no statement where none was ever paused. */
async function readPauses(
  scoped: Scoped,
  subscriptions: readonly ChargedSubscription[],
): Promise<ReadonlyMap<string, readonly Pause[]>> {
  const ids = subscriptions.flatMap(({ id, was_paused }) => (was_paused ? [id] : []))
  if (ids.length === 0) return new Map()
  const rows = (await listPauses(scoped, ids)).filter(({ pause_status }) => pause_status !== 'cancelled')
  return new Map(
    [...Map.groupBy(rows, ({ subscription_id }) => subscription_id)].map(([id, some]) => [
      id,
      some.map((row) => ({
        start: row.pause_start,
        end: row.pause_end,
        beginsProrated: row.proration_behavior === 'create_prorations',
        endsProrated: row.resume_proration_behavior === 'create_prorations',
      })),
    ]),
  )
}

function linesOf(scoped: Scoped, subscriptionIds: readonly string[]) {
  return scoped.db
    .selectFrom('subscription_line_items')
    .select(lineColumns)
    .where(sql<boolean>`subscription_id = any (${subscriptionIds}::text[])`)
    .orderBy('subscription_id')
    .orderBy('id')
}

/** The prices of their lines, and those that these replace. */
function pricesOf(scoped: Scoped, subscriptionIds: readonly string[]) {
  const { environmentId } = scoped.scope
  return sql<PriceRow>`
    with own as materialized (
      select distinct price_id as id from subscription_line_items where subscription_id = any (${subscriptionIds}::text[])
    )
    select * from prices where environment_id = ${environmentId} and id = any (array(
      select id from own
      union select o.overridden_price_id from prices o
      where o.environment_id = ${environmentId} and o.id = any (array(select id from own))
        and o.overridden_price_id is not null))`
}

/** The lines that bill once a chain, or longer than a period: what of them is billed is not told by the instant alone. */
function billedByChain(
  rows: readonly ChargedLineRow[],
  prices: ReadonlyMap<string, PriceRow>,
  subscriptions: readonly ChargedSubscription[],
): string[] {
  const bySubscription = new Map(subscriptions.map((subscription) => [subscription.id, subscription]))
  return rows.flatMap(({ id, price_id, subscription_id }) => {
    const [price, subscription] = [prices.get(price_id), bySubscription.get(subscription_id)]
    if (!price || !subscription || price.type === 'USAGE') return []
    return isSameLength(lengthOf(price), lengthOf(subscription)) ? [] : [id]
  })
}

function lengthOf(terms: Pick<PriceRow, 'billing_period' | 'billing_period_count'>): PeriodTerms {
  return { period: terms.billing_period, count: terms.billing_period_count }
}
