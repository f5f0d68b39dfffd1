import { assert, CodedError, type FieldProblem, invalid, notFound } from '@flexprice/domain'
import { endWithin, validateLineTerms } from '@flexprice/domain/subscription'
import { later } from '@flexprice/domain/time'
import { sql } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { bulkIdHead } from '../connection/ids.ts'
import { json } from '../connection/row-changes.ts'
import type { Metadata } from '../tables/row-types.ts'
import { type LockedSubscription, lockSubscriptionLines, raiseVersion } from './line-item-lock.ts'
import { insertOwnPrice, type NewOwnPrice } from './own-prices.ts'
import { reachedChain } from './reached-chain.ts'
import { standingOverrides } from './standing-overrides.ts'

export interface NewLineItem {
  readonly subscriptionId: string
  /** A price of the subscription's plan or of its own, by its id; or one that is made for it. */
  readonly price:
    | { readonly id: string }
    | (Omit<NewOwnPrice, 'start_date'> & { readonly start_date?: Date | undefined })
  /** Decimal string; the price's least quantity, else 1, unless given. */
  readonly quantity?: string | undefined
  /** The latest of now and the starts of subscription and price unless given. */
  readonly startDate?: Date | undefined
  /** The price's end unless given. */
  readonly endDate?: Date | undefined
  readonly metadata?: Metadata | undefined
  readonly now: Date
}

/**
 * Adds a line to a subscription that is at work, with a line for each successor that its price has
 * already, as a sync would bring them. A chain is never billed twice for the same time, so a line beside
 * another of its chain is refused; a ONETIME price brings no successor, but may bill again at another
 * instant. It moves no money itself: the line is first billed by the next invoice (billing rules, section 5), unless a
 * change charges it.
 *
 * @returns the line's id
 * @throws not_found for a subscription, or a price that is neither its plan's nor its own; validation_error
 *   for a window outside the subscription or the price, and for terms that do not fit; invalid_operation
 *   for a chain that is billed or overridden already, or a subscription whose lines cannot change
 */
export function insertLineItem(scoped: Scoped, item: NewLineItem): Promise<string> {
  return inTransaction(scoped, async (transaction) => {
    const subscription = await lockSubscriptionLines(transaction, item.subscriptionId)
    const price = await priceFor(transaction, subscription, item)
    const window = windowOf(subscription, price, item)
    await refuseOverridden(transaction, subscription, price)
    if (price.billing_period !== 'ONETIME') {
      await refuseOverlap(transaction, subscription, price, window)
      await forgetUnbegun(transaction, subscription, { price, window, now: item.now })
    }
    await raiseVersion(transaction, subscription.id, item.now)
    return insertChain(transaction, { ...item, price, window })
  })
}

interface Window {
  readonly start: Date
  readonly end: Date | null
}

async function priceFor(
  scoped: Scoped,
  subscription: LockedSubscription,
  { price: wanted, startDate, now }: NewLineItem,
): Promise<PriceRow> {
  if (!('id' in wanted)) {
    const start_date = wanted.start_date ?? startDate ?? later(now, subscription.start_date)
    const price = await insertOwnPrice(scoped, subscription, { price: { ...wanted, start_date }, now })
    const problems = validateLineTerms(price, subscription, 'subscription')
    if (problems.length > 0) {
      throw invalid(problems.map(({ path, message }) => ({ path: `price.${path}`, message })))
    }
    return price
  }
  const price = await scoped.db
    .selectFrom('prices')
    .selectAll()
    .where('id', '=', wanted.id)
    .where('status', '=', 'published')
    .where((row) =>
      row.or([row('plan_id', '=', subscription.plan_id), row('subscription_id', '=', subscription.id)]),
    )
    .executeTakeFirst()
  if (!price) throw notFound('Price', wanted.id)
  const problems = validateLineTerms(price, subscription, price.plan_id === null ? 'subscription' : 'plan')
  if (problems.length > 0) {
    throw invalid(
      problems.map(({ path, message }) => ({ path: 'price_id', message: `its ${path} ${message}` })),
    )
  }
  return price
}

/** @throws validation_error that names each date which does not fit */
function windowOf(subscription: LockedSubscription, price: PriceRow, item: NewLineItem): Window {
  const start = item.startDate ?? later(later(item.now, subscription.start_date), price.start_date)
  const end = item.endDate ?? null
  const problems: FieldProblem[] = []
  const refuse = (path: string, message: string) => problems.push({ path, message })
  if (start < subscription.start_date) refuse('start_date', "must not be before the subscription's start")
  if (start < price.start_date) refuse('start_date', "must not be before the price's start")
  if (subscription.end_date && start >= subscription.end_date) {
    refuse('start_date', "must be before the subscription's end")
  }
  if (price.end_date && start >= price.end_date) {
    const isAsked = item.startDate !== undefined
    refuse(isAsked ? 'start_date' : 'price_id', `${isAsked ? "must be before the price's end" : 'has ended'}`)
  }
  if (end && end <= start) refuse('end_date', 'must be after the start')
  if (end && subscription.end_date && end > subscription.end_date) {
    refuse('end_date', "must not be after the subscription's end")
  }
  if (problems.length > 0) throw invalid(problems)
  return { start, end }
}

/** A sync passes an overridden chain over, so a line of it would outlive its price. */
async function refuseOverridden(
  scoped: Scoped,
  subscription: LockedSubscription,
  price: PriceRow,
): Promise<void> {
  if (price.plan_id === null) return
  const { rows } = await sql<{ id: string }>`
    select id from (${standingOverrides(scoped, subscription.id)}) own
    where root_price_id = ${price.root_price_id} order by start_date desc limit 1`.execute(scoped.db)
  if (!rows[0]) return
  const message = `The subscription has price ${rows[0].id} of its own in place of price ${price.id}`
  throw new CodedError('invalid_operation', message, { details: { price_id: rows[0].id } })
}

/** An override counts as the chain that it stands for. */
async function refuseOverlap(
  scoped: Scoped,
  subscription: LockedSubscription,
  price: PriceRow,
  { start, end }: Window,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select line.id from subscription_line_items line
    join prices p on p.environment_id = line.environment_id and p.id = line.price_id
    left join prices replaced on replaced.environment_id = p.environment_id and replaced.id = p.overridden_price_id
    where line.subscription_id = ${subscription.id}
      and coalesce(replaced.root_price_id, p.root_price_id) = (
        select coalesce(replaced.root_price_id, own.root_price_id) from prices own
        left join prices replaced on replaced.environment_id = own.environment_id and replaced.id = own.overridden_price_id
        where own.id = ${price.id})
      and (line.end_date is null or line.end_date > greatest(line.start_date, ${start}))
      and (${end}::timestamptz is null or line.start_date < ${end})
    order by line.start_date limit 1`.execute(scoped.db)
  if (!rows[0]) return
  const message = `Line item ${rows[0].id} bills price ${price.id} at that time already`
  throw new CodedError('state_conflict', message, { details: { line_item_id: rows[0].id } })
}

/**
 * What was ended before it began is no end of a line that is added around it. Nothing was billed of it, as it lies ahead:
 * it goes altogether.
 */
async function forgetUnbegun(
  scoped: Scoped,
  subscription: LockedSubscription,
  { price, window, now }: { readonly price: PriceRow; readonly window: Window; readonly now: Date },
): Promise<void> {
  await sql`
    delete from subscription_line_items l using prices p
    where p.environment_id = l.environment_id and p.id = l.price_id and p.root_price_id = ${price.root_price_id}
      and l.subscription_id = ${subscription.id} and l.end_date <= l.start_date
      and l.start_date > ${now} and l.start_date >= ${window.start}
      and (${window.end}::timestamptz is null or l.start_date < ${window.end})`.execute(scoped.db)
}

async function insertChain(
  scoped: Scoped,
  {
    subscriptionId,
    price,
    window,
    now,
    ...item
  }: Omit<NewLineItem, 'price'> & { price: PriceRow; window: Window },
): Promise<string> {
  const { environmentId, userId } = scoped.scope
  const lines = await linesWithin(scoped, { subscriptionId, price, window })
  const quantity = item.quantity ?? String(price.min_quantity ?? 1)
  const { rows } = await sql<{ id: string; price_id: string }>`
    insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity, start_date, end_date,
      ended_by, user_end, metadata, created_at, updated_at, created_by, updated_by)
    select ${bulkIdHead('lineItem')} || lpad(upper(to_hex(place)), 8, '0'), ${environmentId}, ${subscriptionId}, price_id,
      ${quantity}::numeric, start_date, end_date, ended_by, user_end, ${json(item.metadata ?? null)}::jsonb,
      ${now}, ${now}, ${userId}, ${userId}
    from unnest(${lines.map(({ priceId }) => priceId)}::text[], ${lines.map(({ start }) => start)}::timestamptz[],
      ${lines.map(({ end_date }) => end_date)}::timestamptz[], ${lines.map(({ ended_by }) => ended_by)}::text[],
      ${lines.map(({ user_end }) => user_end)}::timestamptz[])
      with ordinality as line (price_id, start_date, end_date, ended_by, user_end, place)
    returning id, price_id`.execute(scoped.db)
  const line = rows.find((row) => row.price_id === lines[0]?.priceId)
  assert(line, `price ${price.id} has a line`)
  return line.id
}

/**
 * A line of each of the chain's versions that is at work in the window, as the subscription sees them: one that waits
 * comes at the subscription's boundary, and the one before it is at work until then.
 */
async function linesWithin(
  scoped: Scoped,
  added: { readonly subscriptionId: string; readonly price: PriceRow; readonly window: Window },
) {
  const { price, window } = added
  const chain = await reachedChain(scoped, added.subscriptionId, price)
  const isOnce = price.billing_period === 'ONETIME'
  const bounds = { userEnd: window.end, end: window.end, isFollowed: false }
  return chain
    .filter(({ id }) => !isOnce || id === price.id)
    .map(({ id, start_date, end_date: priceEnd }) => {
      const start = later(start_date, window.start)
      return { priceId: id, start, ...endWithin(bounds, { start, priceEnd }) }
    })
    .filter(({ start, end_date }) => end_date === null || end_date > start)
}
