import { assert, CodedError, type FieldProblem, invalid, notImplemented } from '@flexprice/domain'
import { equalDecimals, parseDecimal } from '@flexprice/domain/money'
import { cutStretch } from '@flexprice/domain/subscription'
import { later } from '@flexprice/domain/time'
import { sql } from 'kysely'
import { editMoney, equalMoney, touchesMoney } from '../catalog/price-money.ts'
import type { PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import type { PriceMoney } from '../tables/catalog-tables.ts'
import type { Changes, Metadata } from '../tables/row-types.ts'
import { endLinesAt, type LineStretch, stretchOfLine } from './line-item-chain.ts'
import { type LockedSubscription, lockLine, raiseVersion, type StoredLine } from './line-item-lock.ts'
import { replaceOwnPrice } from './own-prices.ts'
import { writeOverride } from './price-overrides.ts'

export interface LineItemEdit {
  readonly lineItemId: string
  /** Decimal string, at least 0. */
  readonly quantity?: string | undefined
  /** Another price of the line: the subscription gets one of its own. */
  readonly money: Changes<PriceMoney>
  readonly metadata?: Metadata | undefined
  /** When quantity or money change: now, or the start of a line that is not yet at work, unless given. */
  readonly effectiveFrom?: Date | undefined
  readonly now: Date
}

/**
 * Changes a line (billing rules, section 5). A quantity changes in place at the line's start; later the
 * line closes and another opens. Other money overrides the price from that instant. A ONETIME line changes at its start
 * only, as it would bill again. A plan's price that the edit names as it is becomes the subscription's own; else what equals
 * the present by value changes nothing. No money moves.
 *
 * @returns the id of the line that has the change: another one where the line was closed
 * @throws not_found; validation_error, also for an `effective_from` outside the line; invalid_operation for
 *   a line that has ended or a subscription whose lines cannot change; not_implemented, see `changeQuantity`
 */
export function updateLineItem(scoped: Scoped, edit: LineItemEdit): Promise<string> {
  return inTransaction(scoped, async (transaction) => {
    const found = await lockLine(transaction, edit.lineItemId)
    const { line, price } = found
    const change = { ...found, edit, money: editMoney(price, edit.money) }
    const isOtherMoney = !equalMoney(price, change.money) || keepsPlanPrice(price, edit)
    const isOtherQuantity = edit.quantity !== undefined && !equalTexts(edit.quantity, line.quantity)
    if (isOtherMoney || isOtherQuantity) {
      const stretch = await stretchOfLine(transaction, found)
      const chain = { stretch, chainEnd: await endOfChain(transaction, price) }
      const from = effectiveInstant({ ...found, ...chain }, edit)
      await raiseVersion(transaction, line.subscription_id, edit.now)
      return isOtherMoney
        ? changeMoney(transaction, { ...change, ...chain, from })
        : changeQuantity(transaction, { ...change, ...chain, from, quantity: edit.quantity ?? line.quantity })
    }
    if (edit.effectiveFrom !== undefined && edit.quantity === undefined && !touchesMoney(edit.money)) {
      const message = 'is for a change of the quantity or the amount, which is missing'
      throw invalid([{ path: 'effective_from', message }])
    }
    if (edit.metadata !== undefined) {
      await raiseVersion(transaction, line.subscription_id, edit.now)
      await changeMetadata(transaction, line, edit)
    }
    return line.id
  })
}

/** Money that is named is the subscription's own from then on, also where the plan's is the same today: no sync takes it along. */
function keepsPlanPrice(price: PriceRow, { money }: LineItemEdit): boolean {
  return price.plan_id !== null && price.billing_period !== 'ONETIME' && touchesMoney(money)
}

interface LineChange {
  readonly subscription: LockedSubscription
  readonly line: StoredLine
  readonly price: PriceRow
  readonly stretch: LineStretch
  /** The end of the chain's last price. */
  readonly chainEnd: Date | null
  readonly edit: LineItemEdit
  readonly from: Date
}

export function endedAlready(id: string): CodedError {
  const fields = [{ path: 'id', message: 'is of a line that has ended already' }]
  return new CodedError('invalid_operation', `Line item ${id} has ended already`, { details: { fields } })
}

/** @throws invalid_operation for a line whose stretch has ended, validation_error for an instant outside it */
function effectiveInstant(
  { line, price, subscription, stretch, chainEnd }: Omit<LineChange, 'edit' | 'from'>,
  { effectiveFrom, now }: LineItemEdit,
): Date {
  const { id, start_date: start } = line
  const { end } = stretch
  if (end && end <= now) throw endedAlready(id)
  const from = effectiveFrom ?? later(start, now)
  const problems: FieldProblem[] = []
  const refuse = (message: string) => problems.push({ path: 'effective_from', message })
  if (from < start) refuse("must not be before the line's start")
  if (end && from >= end) refuse("must be before the line's end")
  if (subscription.end_date && from >= subscription.end_date) refuse("must be before the subscription's end")
  if (problems.length > 0) throw invalid(problems)
  // Another line would bill again, at its own start.
  if (price.billing_period === 'ONETIME' && from > start) {
    throw new CodedError('invalid_operation', `Line item ${id} is ONETIME: it bills once, at its start`)
  }
  // A sync has not brought the end to the line yet. A successor is none: the sync finds what changes here.
  if (chainEnd && chainEnd <= from && from > stretch.start) {
    throw new CodedError('invalid_operation', `Price ${price.id} of the line item has ended`)
  }
  return from
}

/** A plan's price is overridden; a price of the subscription's own gets a successor. */
async function changeMoney(
  scoped: Scoped,
  { subscription, line, price, stretch, chainEnd, edit, money, from }: LineChange & { money: PriceMoney },
): Promise<string> {
  const { now } = edit
  const quantity = edit.quantity ?? line.quantity
  if (price.plan_id === null) {
    const id = await replaceOwnPrice(scoped, { line, price, money, quantity, from, now })
    if (edit.metadata !== undefined) await changeMetadata(scoped, { ...line, id }, edit)
    return id
  }
  const { lineItemId } = await writeOverride(scoped, subscription, {
    priceId: price.id,
    money,
    quantity,
    metadata: edit.metadata ?? line.metadata,
    effectiveFrom: from,
    now,
  })
  // Also where the price ended before, as if no sync had brought that.
  await endLinesAt(scoped, { lines: stretch.lines, at: from, now })
  const ended = endUnderOverride(from, stretch, chainEnd)
  if (ended.end_date !== null) {
    await scoped.db.updateTable('subscription_line_items').set(ended).where('id', '=', lineItemId).execute()
  }
  return lineItemId
}

/** The override stands for the whole chain: it ends where a user has ended that, or with the chain's last price. */
function endUnderOverride(
  from: Date,
  { reach }: LineStretch,
  chainEnd: Date | null,
): Pick<StoredLine, 'end_date' | 'ended_by'> {
  if (reach && (chainEnd === null || reach <= chainEnd)) return { end_date: reach, ended_by: 'user' }
  // That end may not have been synced to the line yet.
  return chainEnd === null
    ? { end_date: null, ended_by: null }
    : { end_date: later(from, chainEnd), ended_by: 'price' }
}

/** Of the chain's last price: the one without a successor. */
async function endOfChain(scoped: Scoped, price: PriceRow): Promise<Date | null> {
  if (price.successor_price_id === null) return price.end_date
  const last = await scoped.db
    .selectFrom('prices')
    .select('end_date')
    .where('root_price_id', '=', price.root_price_id)
    .where('successor_price_id', 'is', null)
    .where('status', '=', 'published')
    .executeTakeFirst()
  return last?.end_date ?? null
}

/**
 * The line closes at the instant and another opens; a version of the stretch that begins then or later changes in place.
 *
 * @throws not_implemented for a later change of a line of a plan's price: an override would have to take over each
 *   quantity in its time, which it does not do yet
 */
async function changeQuantity(
  scoped: Scoped,
  { line, price, stretch, edit, from, quantity }: LineChange & { readonly quantity: string },
): Promise<string> {
  const { now } = edit
  if (from > now && price.plan_id !== null && from > line.start_date) {
    const message =
      "of a plan's price cannot be scheduled yet: a quantity changes now, or at the line's start"
    throw notImplemented('effective_from', message)
  }
  const { before, after, divided } = cutStretch(stretch, from)
  const continued = stretch.following.filter((one) => equalTexts(one.quantity, line.quantity))
  await endLinesAt(scoped, { lines: before, at: from, now })
  await setQuantity(scoped, { ids: [...after, ...continued].map(({ id }) => id), quantity, now })
  const metadata = json(edit.metadata ?? line.metadata)
  if (divided === undefined) {
    const changed = after.findLast(({ start_date }) => start_date <= from)
    assert(changed, `a version of line item ${line.id} begins there`)
    if (edit.metadata !== undefined) await changeMetadata(scoped, changed, edit)
    return changed.id
  }
  // What has opened the line has not opened this one: a change would part what is in arrears here.
  const { price_start: _, former_grid: __, ...row } = { ...divided, opened_by_change: null }
  const id = newId('lineItem')
  // Where its price has ended before, without a length: it says since when the quantity is what it is.
  const end_date = row.end_date && later(from, row.end_date)
  await scoped.db
    .insertInto('subscription_line_items')
    .values({ ...row, id, quantity, start_date: from, end_date, metadata, ...creation(scoped.scope, now) })
    .execute()
  return id
}

async function setQuantity(
  scoped: Scoped,
  { ids, quantity, now }: { ids: readonly string[]; quantity: string; now: Date },
): Promise<void> {
  if (ids.length === 0) return
  await scoped.db
    .updateTable('subscription_line_items')
    .set({ quantity, ...change(scoped.scope, now) })
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .execute()
}

async function changeMetadata(scoped: Scoped, line: StoredLine, edit: LineItemEdit): Promise<void> {
  await scoped.db
    .updateTable('subscription_line_items')
    .set({ metadata: json(edit.metadata ?? line.metadata), ...change(scoped.scope, edit.now) })
    .where('id', '=', line.id)
    .execute()
}

function equalTexts(left: string, right: string): boolean {
  const [one, other] = [parseDecimal(left), parseDecimal(right)]
  return one !== undefined && other !== undefined && equalDecimals(one, other)
}
