import { assert, CodedError, type FieldProblem, invalid, notImplemented } from '@flexprice/domain'
import { cutStretch } from '@flexprice/domain/subscription'
import { later } from '@flexprice/domain/time'
import { editMoney, equalMoney, touchesMoney } from '../catalog/price-money.ts'
import type { PriceRow } from '../catalog/prices.ts'
import { newId } from '../connection/ids.ts'
import type { PriceMoney } from '../tables/catalog-tables.ts'
import type { Changes, Metadata } from '../tables/row-types.ts'
import { equalTexts } from './equal-texts.ts'
import { endedAt, type LineStretch, stretchIn } from './line-item-chain.ts'
import type { LockedSubscription, StoredLine } from './line-item-lock.ts'
import { chainOf, endOfChain, type LineState, lineOf, withLines } from './line-state.ts'
import { replacedOwnPrice } from './own-prices.ts'
import { overriddenPrice } from './price-overrides.ts'

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

export interface EditedLine {
  readonly state: LineState
  /** The line that has the change: another one where the line was closed. */
  readonly lineItemId: string
}

/**
 * What an edit makes of a subscription's lines (billing rules, section 5): the state afterwards, of which nothing is written.
 *
 * @throws as `updateLineItem`
 */
export function editedLine(state: LineState, edit: LineItemEdit): EditedLine {
  const { line, price } = lineOf(state, edit.lineItemId)
  const money = editMoney(price, edit.money)
  const isOtherMoney = !equalMoney(price, money) || keepsPlanPrice(price, edit)
  const isOtherQuantity = edit.quantity !== undefined && !equalTexts(edit.quantity, line.quantity)
  if (isOtherMoney || isOtherQuantity) {
    const stretch = stretchIn(chainOf(state, price), { line, price })
    const chainEnd = endOfChain(state, price)
    const { subscription } = state
    const from = effectiveInstant({ line, price, subscription, stretch, chainEnd }, edit)
    const change = { line, price, stretch, chainEnd, edit, from, quantity: edit.quantity ?? line.quantity }
    return isOtherMoney ? otherMoney(state, { ...change, money }) : otherQuantity(state, change)
  }
  if (edit.effectiveFrom !== undefined && edit.quantity === undefined && !touchesMoney(edit.money)) {
    const message = 'is for a change of the quantity or the amount, which is missing'
    throw invalid([{ path: 'effective_from', message }])
  }
  if (edit.metadata === undefined) return { state, lineItemId: line.id }
  return { state: withLines(state, [{ ...line, metadata: edit.metadata }]), lineItemId: line.id }
}

/** Money that is named is the subscription's own from then on, also where the plan's is the same today: no sync takes it along. */
function keepsPlanPrice(price: PriceRow, { money }: LineItemEdit): boolean {
  return price.plan_id !== null && price.billing_period !== 'ONETIME' && touchesMoney(money)
}

interface LineChange {
  readonly line: StoredLine
  readonly price: PriceRow
  readonly stretch: LineStretch
  /** The end of the chain's last price. */
  readonly chainEnd: Date | null
  readonly edit: LineItemEdit
  readonly from: Date
  readonly quantity: string
}

export function endedAlready(id: string): CodedError {
  const fields = [{ path: 'id', message: 'is of a line that has ended already' }]
  return new CodedError('state_conflict', `Line item ${id} has ended already`, { details: { fields } })
}

/** @throws state_conflict for a line whose stretch has ended, validation_error for an instant outside it */
function effectiveInstant(
  {
    line,
    price,
    subscription,
    stretch,
    chainEnd,
  }: Pick<LineChange, 'line' | 'price' | 'stretch' | 'chainEnd'> & {
    readonly subscription: LockedSubscription
  },
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
function otherMoney(
  state: LineState,
  {
    line,
    price,
    stretch,
    chainEnd,
    edit,
    money,
    from,
    quantity,
  }: LineChange & { readonly money: PriceMoney },
): EditedLine {
  if (price.plan_id === null) {
    const replaced = replacedOwnPrice(state, { line, price, money, quantity, from })
    if (edit.metadata === undefined) return { state: replaced.state, lineItemId: replaced.line.id }
    const told = { ...replaced.line, metadata: edit.metadata }
    return { state: withLines(replaced.state, [told]), lineItemId: told.id }
  }
  const metadata = edit.metadata ?? line.metadata
  const override = { priceId: price.id, money, quantity, metadata, effectiveFrom: from }
  const { state: overridden, line: own } = overriddenPrice(state, override)
  // Also where the price ended before, as if no sync had brought that.
  const ended = endedAt(
    stretch.lines.map(({ id }) => lineOf(overridden, id).line),
    from,
  )
  return {
    state: withLines(overridden, [...ended, { ...own, ...endUnderOverride(from, stretch, chainEnd) }]),
    lineItemId: own.id,
  }
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

/**
 * The line closes at the instant and another opens; a version of the stretch that begins then or later changes in place.
 *
 * @throws not_implemented for a later change of a line of a plan's price: an override would have to take over each
 *   quantity in its time, which it does not do yet
 */
function otherQuantity(
  state: LineState,
  { line, price, stretch, edit, from, quantity }: LineChange,
): EditedLine {
  if (from > edit.now && price.plan_id !== null && from > line.start_date) {
    const message =
      "of a plan's price cannot be scheduled yet: a quantity changes now, or at the line's start"
    throw notImplemented('effective_from', message)
  }
  const { before, after, divided } = cutStretch(stretch, from)
  const continued = stretch.following.filter((one) => equalTexts(one.quantity, line.quantity))
  const stored = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => lineOf(state, id).line)
  const changed = withLines(state, [
    ...endedAt(stored(before), from),
    ...stored([...after, ...continued]).map((one) => ({ ...one, quantity })),
  ])
  if (divided === undefined) {
    const version = after.findLast(({ start_date }) => start_date <= from)
    assert(version, `a version of line item ${line.id} begins there`)
    if (edit.metadata === undefined) return { state: changed, lineItemId: version.id }
    const told = { ...lineOf(changed, version.id).line, metadata: edit.metadata }
    return { state: withLines(changed, [told]), lineItemId: version.id }
  }
  const row = lineOf(state, divided.id).line
  const opened = {
    ...row,
    id: newId('lineItem'),
    quantity,
    start_date: from,
    // Where its price has ended before, without a length: it says since when the quantity is what it is.
    end_date: row.end_date && later(from, row.end_date),
    metadata: edit.metadata ?? line.metadata,
    // What has opened the line has not opened this one: a change would part what is in arrears here.
    ...{ opened_by_change: null, former_grid: null },
  }
  return { state: withLines(changed, [opened]), lineItemId: opened.id }
}
