import { endPrice, insertFeature, insertPlan, insertPrices, updatePrice } from '@flexprice/database/catalog'
import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { postgresEventStore } from '@flexprice/database/events'
import { endLineItem, insertLineItem, updateLineItem } from '@flexprice/database/line-items'
import {
  finishPriceSyncRun,
  getPriceSyncRun,
  startPriceSyncRun,
  syncPriceSlicePage,
} from '@flexprice/database/price-sync'
import { insertSubscriptions } from '@flexprice/database/subscriptions'
import { assert, notFound } from '@flexprice/domain'

/** A plan with a chain in advance, one in arrears and one of usage, and weekly subscriptions that have been given them. */
export interface BilledWorld {
  readonly scoped: Scoped
  readonly planId: string
  readonly subscriptionIds: readonly string[]
  /** The versions of each chain, oldest first. */
  readonly chains: string[][]
  /** The lines that doors have told users of, by subscription and chain: the first ones, and those of answers. */
  readonly told: Map<string, string[]>
}

/** What happens on a day, by days from the subscriptions' start; chains and subscriptions by their place. */
export type WorldAct =
  | {
      readonly kind: 'edit'
      readonly chain: number
      readonly from: number
      readonly amount: string
      readonly waits: boolean
    }
  | { readonly kind: 'end price'; readonly chain: number; readonly at: number }
  | { readonly kind: 'new price'; readonly start: number; readonly end: number | null }
  | {
      readonly kind: LineAct
      readonly subscription: number
      readonly chain: number
      /** Which line that the user was told of, by its place among them; null: the one at work then. */
      readonly named: number | null
      readonly at: number
      readonly quantity: string
    }

type LineAct = 'quantity' | 'end line' | 'override' | 'add line'

export const periodDays = 7

export function dayOf(day: number): Date {
  return new Date(Date.UTC(2026, 2, 2 + day))
}

const terms = { currency: 'usd', billing_period: 'WEEKLY', billing_model: 'FLAT_FEE', amount: '10' } as const
const fixed = { ...terms, type: 'FIXED' } as const

export async function makeWorld(scoped: Scoped): Promise<BilledWorld> {
  const now = dayOf(0)
  const { id: planId } = await insertPlan(scoped, { name: 'Pro' }, now)
  const meter = {
    name: 'call',
    event_name: 'call',
    aggregation_type: 'COUNT',
    reset_usage: 'BILLING_PERIOD',
  } as const
  const { meter_id } = await inTransaction(scoped, (transaction) =>
    insertFeature(transaction, { name: 'Calls', type: 'metered', meter }, now),
  )
  const customer = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)
  const prices = await inTransaction(scoped, (transaction) =>
    insertPrices(
      transaction,
      [
        { ...fixed, plan_id: planId, invoice_cadence: 'ADVANCE' },
        { ...fixed, plan_id: planId, invoice_cadence: 'ARREAR' },
        { ...terms, plan_id: planId, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id },
      ],
      now,
    ),
  )
  const subscription = {
    customerId: customer.id,
    currency: 'usd',
    billingPeriod: 'WEEKLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: now,
    timezone: 'UTC',
    startDate: now,
    endDate: null,
    currentPeriodStart: now,
    currentPeriodEnd: dayOf(periodDays),
    status: 'active',
  } as const
  const subscriptions = [subscription, subscription]
  const subscriptionIds = await insertSubscriptions(scoped, { planId, subscriptions, now })
  // One bills by shares of time, the other whole periods.
  await scoped.db
    .updateTable('subscriptions')
    .set({ proration_behavior: 'create_prorations' })
    .where('id', '=', subscriptionIds[0] ?? '')
    .execute()
  await postgresEventStore.append(
    scoped,
    Array.from({ length: eventsCount }, (_, place) => eventAt(place)),
  )
  const world = { scoped, planId, subscriptionIds, chains: prices.map(({ id }) => [id]), told: new Map() }
  for (const [subscription, id] of subscriptionIds.entries()) {
    for (const [chain, versions] of world.chains.entries()) {
      const lines = await linesOf(scoped, id, versions)
      toldOf(world, { subscription, chain }).push(...lines.map((line) => line.id))
    }
  }
  return world
}

const eventsCount = 60

/** Three a day, so that each cut of the usage's windows counts. */
function eventAt(place: number) {
  const timestamp = new Date(dayOf(0).getTime() + place * 28_800_000 + 1).toISOString()
  const of = { eventName: 'call', externalCustomerId: 'ada', customerId: null, source: null, properties: {} }
  return { eventId: `e${place}`, timestamp, ...of }
}

/** The lines that the subscription's user was told of in the chain. */
export function toldOf(
  { subscriptionIds, chains, told }: BilledWorld,
  { subscription, chain }: { subscription: number; chain: number },
): string[] {
  const key = `${subscription % subscriptionIds.length}.${chain % chains.length}`
  const ids = told.get(key) ?? []
  told.set(key, ids)
  return ids
}

/**
 * Does it by the doors' own functions, and throws as they do.
 *
 * @returns the line that the answer tells of
 */
export async function act(world: BilledWorld, one: WorldAct, now: Date): Promise<string | undefined> {
  const { scoped, planId, chains } = world
  if (one.kind === 'new price') {
    const dates = { start_date: dayOf(one.start), end_date: one.end === null ? null : dayOf(one.end) }
    const price = { ...fixed, plan_id: planId, invoice_cadence: 'ADVANCE', ...dates } as const
    const [row] = await insertPrices(scoped, [price], now)
    assert(row, 'an insert returns its row')
    chains.push([row.id])
    return undefined
  }
  const chain = chains[one.chain % chains.length]
  const priceId = chain?.at(-1)
  assert(chain && priceId, 'there is a chain')
  if (one.kind === 'edit') {
    const timing = one.waits
      ? { startsAt: dayOf(one.from), effectiveAt: 'next_period' as const }
      : { effectiveFrom: dayOf(one.from) }
    const { id } = await updatePrice(scoped, { priceId, changes: { amount: one.amount }, ...timing, now })
    if (id !== priceId) chain.push(id)
  } else if (one.kind === 'end price') {
    await endPrice(scoped, { priceId, endDate: dayOf(one.at), now })
  } else {
    return changeLine(world, { ...one, kind: one.kind, versions: chain }, now)
  }
  return undefined
}

async function changeLine(
  world: BilledWorld,
  one: Extract<WorldAct, { kind: LineAct }> & { versions: readonly string[] },
  now: Date,
): Promise<string> {
  const { scoped, subscriptionIds } = world
  const { kind, subscription, named, versions: chain, at, quantity } = one
  const subscriptionId = subscriptionIds[subscription % subscriptionIds.length] ?? ''
  const from = dayOf(at)
  if (kind === 'add line') {
    const id = await versionAt(scoped, chain, from)
    return insertLineItem(scoped, { subscriptionId, price: { id }, quantity, startDate: from, now })
  }
  const told = toldOf(world, one)
  const name = named === null ? undefined : told[named % told.length]
  const lineItemId = name ?? (await lineAt(scoped, { subscriptionId, chain, at: from }))
  if (kind === 'end line') {
    await endLineItem(scoped, { lineItemId, endDate: from, now })
    return lineItemId
  }
  // None that an edit has: it would be no change where that has been synced.
  const money = kind === 'override' ? { amount: '0.5' } : {}
  const edit = kind === 'override' ? { money } : { money, quantity }
  return updateLineItem(scoped, { lineItemId, ...edit, effectiveFrom: from, now })
}

/** Where a chain has no line at that instant, the door has none to be asked for. */
async function lineAt(
  scoped: Scoped,
  { subscriptionId, chain, at }: { subscriptionId: string; chain: readonly string[]; at: Date },
): Promise<string> {
  const lines = await linesOf(scoped, subscriptionId, chain)
  const line = lines.find(({ start_date, end_date }) => start_date <= at && (!end_date || end_date > at))
  if (!line) throw notFound('Line item', `at ${at.toISOString()}`)
  return line.id
}

export function linesOf(scoped: Scoped, subscriptionId: string, chain: readonly string[]) {
  return scoped.db
    .selectFrom('subscription_line_items')
    .select(['id', 'start_date', 'end_date'])
    .where('subscription_id', '=', subscriptionId)
    .where('price_id', 'in', chain)
    .execute()
}

async function versionAt(scoped: Scoped, chain: readonly string[], at: Date): Promise<string> {
  const prices = await scoped.db
    .selectFrom('prices')
    .select(['id', 'start_date', 'end_date'])
    .where('id', 'in', chain)
    .execute()
  const price = prices.find(({ start_date, end_date }) => start_date <= at && (!end_date || end_date > at))
  if (!price) throw notFound('Price', `at ${at.toISOString()}`)
  return price.id
}

export async function sync({ scoped, planId }: BilledWorld, now: Date): Promise<void> {
  const workflow = { id: `price-sync:${planId}`, runId: 'run' }
  const { runId, slices } = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
  if (runId === null) return
  const run = await getPriceSyncRun(scoped, runId)
  for (const slice of slices) {
    while ((await syncPriceSlicePage(scoped, { run, slice, subscriptionsMax: 9, now })) > 0);
  }
  await finishPriceSyncRun(scoped, runId)
}

/** What a billing run does to the periods that have ended: they are billed, and the next one begins. */
export async function closePeriods({ scoped }: BilledWorld, day: number): Promise<void> {
  const start = day - (day % periodDays)
  const period = { current_period_start: dayOf(start), current_period_end: dayOf(start + periodDays) }
  await scoped.db.updateTable('subscriptions').set(period).execute()
}
