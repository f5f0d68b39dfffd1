import { assert, CodedError, invalid, notFound } from '@flexprice/domain'
import { later } from '@flexprice/domain/time'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import type { PriceChanges } from '../tables/catalog-tables.ts'
import { lockGroups } from './groups.ts'
import { lockMeters, type MeterRow, meterOf } from './meters.ts'
import { raisePriceSequences } from './plans.ts'
import { editMoney, equalMoney, moneyProblems, touchesMoney } from './price-money.ts'
import { getPrice, type PriceRow } from './prices.ts'
import {
  type EditTiming,
  raiseVersionsInTurn,
  refuseOnceBilled,
  refuseTwoTimings,
} from './waiting-versions.ts'

export interface PriceEdit extends EditTiming {
  readonly priceId: string
  readonly changes: PriceChanges
  /** Where a preview has said already when it begins, however that was asked for. */
  readonly startsAt?: Date | undefined
  readonly now: Date
}

/**
 * Edits a price (billing rules, section 3), in the caller's transaction. Texts change in place. Other
 * money ends the price and makes a successor at that instant, which the answer is; a lookup key moves
 * to it at once. One that waits for the next period takes its place in each running subscription at that one's own
 * boundary. Money that is equal by value is no edit.
 *
 * @throws not_found; validation_error for bad terms or a bad `effective_from` or `effective_at`; already_exists for a
 *   lookup key in use; invalid_operation for a price that has a successor or has ended
 */
export async function updatePrice(scoped: Scoped, edit: PriceEdit): Promise<PriceRow> {
  refuseTwoTimings(edit)
  await lockGroups(scoped, 'price', [edit.changes.group_id])
  const price = await getPrice(scoped, edit.priceId)
  // Money never changes in place, so what is read here without a lock is still true under it.
  const money = editMoney(price, edit.changes)
  if (!equalMoney(price, money)) return replacePrice(scoped, { ...edit, price })
  refuseLoneInstant(edit)
  return updateText(scoped, edit)
}

/** @throws validation_error for an `effective_from` or `effective_at` beside no money */
export function refuseLoneInstant({ changes, effectiveFrom, effectiveAt }: PriceEdit): void {
  if ((effectiveFrom === undefined && effectiveAt === undefined) || touchesMoney(changes)) return
  const path = effectiveAt === undefined ? 'effective_from' : 'effective_at'
  throw invalid([{ path, message: 'is for a change of the amount, which is missing' }])
}

/**
 * The price that would come after this one, without writing anything; undefined when the edit is none of
 * the money. It begins as the present one ends; its sequence is still the present one's.
 *
 * @throws as `updatePrice` for the price and the terms
 */
export function planSuccessor(
  price: PriceRow,
  edit: PriceEdit,
  meter: MeterRow | undefined,
): PriceRow | undefined {
  refuseTwoTimings(edit)
  const { changes, effectiveAt } = edit
  const money = editMoney(price, changes)
  if (equalMoney(price, money)) return undefined
  refuseOnceBilled(price, edit)
  const start_date = startOfSuccessor(price, edit)
  const problems = moneyProblems(price, money, meter)
  if (problems.length > 0) throw invalid(problems)
  const text = withText(price, changes)
  return { ...text, ...money, id: newId('price'), start_date, waits_for: effectiveAt ?? null }
}

export interface PriceEnd {
  readonly priceId: string
  /** The end that the caller asks for. Without one the price ends now, if it has not ended before. */
  readonly endDate?: Date | undefined
  readonly now: Date
}

/**
 * Ends a price: what deleting one means. In the caller's transaction. Doing it again with another
 * end moves it; without one it changes nothing, so that a repeated request does not make a price
 * end later than it did.
 *
 * @throws not_found, also for the meter of a price that is to go on; validation_error for an end before the start; invalid_operation for a price that
 *   has a successor
 */
export async function endPrice(scoped: Scoped, end: PriceEnd): Promise<PriceRow> {
  const found = await getPrice(scoped, end.priceId)
  if (endsThen(found, end)) return found
  // A price that is to go on needs its meter, which may have gone after the price's first end.
  if (endOf(found, end) > end.now) await lockMeters(scoped, [found.meter_id])
  const sequence = await raiseSequence(scoped, found.plan_id)
  const price = await lockPrice(scoped, end.priceId)
  if (price.successor_price_id !== null) throw superseded(price)
  const endDate = endOf(price, end)
  if (endDate < price.start_date) {
    throw invalid([{ path: 'end_date', message: "must not be before the price's start" }])
  }
  await raiseVersionsInTurn(scoped, [{ price, sequence }])
  return scoped.db
    .updateTable('prices')
    .set({ end_date: endDate, sequence, ...change(scoped.scope, end.now) })
    .where('id', '=', price.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function replacePrice(scoped: Scoped, edit: PriceEdit & { price: PriceRow }): Promise<PriceRow> {
  const { priceId, now } = edit
  const sequence = await raiseSequence(scoped, edit.price.plan_id)
  const price = await lockPrice(scoped, priceId)
  const successor = planSuccessor(price, edit, await meterOf(scoped, price))
  assert(successor, 'money never changes in place')
  // The old price first: with a successor it no longer holds the lookup key, which the new one takes.
  await scoped.db
    .updateTable('prices')
    .set({
      end_date: successor.start_date,
      successor_price_id: successor.id,
      lookup_key: null,
      sequence,
      ...change(scoped.scope, now),
    })
    .where('id', '=', price.id)
    .execute()
  await raiseVersionsInTurn(scoped, [{ price, sequence }])
  return insertSuccessor(scoped, { ...successor, sequence }, now)
}

function insertSuccessor(scoped: Scoped, price: PriceRow, now: Date): Promise<PriceRow> {
  return scoped.db
    .insertInto('prices')
    .values({
      ...price,
      tiers: json(price.tiers),
      metadata: json(price.metadata),
      filter_values: json(price.filter_values),
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws invalid_operation where the price cannot be edited, validation_error for an instant outside it */
function startOfSuccessor(price: PriceRow, { effectiveFrom, startsAt, now }: PriceEdit): Date {
  const { id, start_date: start, end_date: end } = price
  const soonest = later(start, now)
  if (price.successor_price_id !== null) throw superseded(price)
  if (end && end <= soonest) throw new CodedError('invalid_operation', `Price ${id} has ended`)
  const from = startsAt ?? effectiveFrom ?? soonest
  if (from < start)
    throw invalid([{ path: 'effective_from', message: "must not be before the price's start" }])
  if (end && from >= end)
    throw invalid([{ path: 'effective_from', message: "must be before the price's end" }])
  return from
}

/** The price with the texts that an edit gives it; what it leaves out stays. */
export function withText(
  price: PriceRow,
  { description, display_name, group_id, lookup_key, metadata }: PriceChanges,
): PriceRow {
  return {
    ...price,
    description: description ?? price.description,
    display_name: display_name ?? price.display_name,
    metadata: metadata ?? price.metadata,
    group_id: group_id === undefined ? price.group_id : group_id,
    lookup_key: lookup_key === undefined ? price.lookup_key : lookup_key,
  }
}

/** A lookup key on a price that has a successor would stand for nothing, so it is refused there. */
async function updateText(scoped: Scoped, { priceId, changes, now }: PriceEdit): Promise<PriceRow> {
  const { description, display_name, group_id, lookup_key, metadata } = changes
  const price = await lockPrice(scoped, priceId)
  if (lookup_key !== undefined && price.successor_price_id !== null) throw superseded(price)
  return scoped.db
    .updateTable('prices')
    .set({
      description,
      display_name,
      group_id,
      lookup_key,
      metadata: json(metadata),
      ...change(scoped.scope, now),
    })
    .where('id', '=', priceId)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function raiseSequence(scoped: Scoped, planId: string | null): Promise<number> {
  if (planId === null) throw ownPrice()
  const sequence = (await raisePriceSequences(scoped, [planId])).get(planId)
  assert(sequence !== undefined, 'a plan that was found has a new sequence')
  return sequence
}

/** Its line would have to change with it, and price sync leaves overrides alone. */
export function ownPrice(): CodedError {
  return new CodedError('not_implemented', "A subscription's own price is changed through its line item")
}

async function lockPrice(scoped: Scoped, id: string): Promise<PriceRow> {
  assert(scoped.db.isTransaction, 'a price is edited in a transaction')
  const query = scoped.db.selectFrom('prices').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').forNoKeyUpdate().executeTakeFirst()
  if (!row) throw notFound('Price', id)
  return row
}

function endOf({ start_date, end_date }: PriceRow, { endDate, now }: PriceEnd): Date {
  return endDate ?? (end_date && end_date <= now ? end_date : later(start_date, now))
}

/** Then there is nothing to do, and nothing for a sync to look at. */
function endsThen(price: PriceRow, end: PriceEnd): boolean {
  return price.successor_price_id === null && price.end_date?.getTime() === endOf(price, end).getTime()
}

function superseded(price: PriceRow): CodedError {
  return new CodedError(
    'invalid_operation',
    `Price ${price.id} was replaced by ${price.successor_price_id}`,
    {
      details: { successor_price_id: price.successor_price_id },
    },
  )
}
