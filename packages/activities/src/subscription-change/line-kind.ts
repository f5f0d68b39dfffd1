import { subscriptionPrice, updateSubscriptionLineItemRequest } from '@flexprice/contracts/subscriptions'
import type { LineOrder } from '@flexprice/contracts/workflows'
import { moneyChanges, priceColumns } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { endLineItem, insertLineItem, type NewLineItem, updateLineItem } from '@flexprice/database/line-items'
import { assert, type CodedError, notImplemented } from '@flexprice/domain'
import { isRecurring } from '@flexprice/domain/time'
import { movedLines } from './moved-lines.ts'
import type { ChangeKind, HeldSubscription, PreparedChange } from './prepared-change.ts'

type Act<Does> = Extract<LineOrder['act'], { readonly does: Does }>

/**
 * A line that comes, changes or ends, at once (billing rules, section 8): by its own door, with all that this refuses, and what that
 * has moved is credited and charged as any change is.
 */
export const lineKind: ChangeKind<LineOrder> =
  async (transaction, { act, proration_behavior: behavior }) =>
  async (held) => {
    if (act.does === 'end') {
      await endLine(transaction, act, held)
      return movedLines(transaction, held, { behavior })
    }
    if (act.does === 'change') {
      await changeLine(transaction, act, held)
      return movedLines(transaction, held, { behavior })
    }
    const id = await addLine(transaction, act, held)
    const prepared = await movedLines(transaction, held, { behavior })
    refuseOtherTimes(prepared, id, held.now)
    return prepared
  }

function addLine(transaction: Scoped, act: Act<'add'>, { facts, now }: HeldSubscription): Promise<string> {
  return insertLineItem(transaction, {
    subscriptionId: facts.subscription.id,
    price: linePrice(act),
    quantity: act.quantity ?? undefined,
    startDate: dateOf(act.start_date),
    endDate: dateOf(act.end_date),
    metadata: act.metadata ?? undefined,
    now,
  })
}

function linePrice({ price_id, price }: Act<'add'>): NewLineItem['price'] {
  if (price_id !== null) return { id: price_id }
  assert(price !== null, 'an order has a price or its id')
  return priceColumns(subscriptionPrice.parse(price))
}

/** What begins at another instant would be billed by nobody, or before its time; what bills once has no share. */
function refuseOtherTimes({ planned }: PreparedChange, id: string, now: Date): void {
  const line = planned.opened.find((one) => one.id === id)
  assert(line, 'the line that came is among those that did')
  if (line.start.getTime() !== now.getTime()) throw notBuilt('start_date', 'another instant than now')
  if (!isRecurring(line.terms.billing_period)) throw notBuilt('billing_period', 'ONETIME')
}

async function endLine(
  transaction: Scoped,
  { line_item_id: lineItemId, effective_from }: Act<'end'>,
  { facts, now }: HeldSubscription,
): Promise<void> {
  await endLineItem(transaction, { lineItemId, endDate: dateOf(effective_from), now })
  const begun = facts.lines.find(({ line }) => line.id === lineItemId)
  const at = dateOf(effective_from) ?? now
  if (at.getTime() !== now.getTime() || (begun && begun.line.start_date > now)) {
    throw notBuilt('effective_from', 'another instant than now')
  }
}

async function changeLine(
  transaction: Scoped,
  { line_item_id: lineItemId, change }: Act<'change'>,
  { facts, now }: HeldSubscription,
): Promise<void> {
  const {
    effective_from: from,
    quantity,
    metadata,
    ...body
  } = updateSubscriptionLineItemRequest.parse(change)
  const money = moneyChanges({ ...body, bucket_size: undefined })
  await updateLineItem(transaction, { lineItemId, quantity, money, metadata, effectiveFrom: from, now })
  const line = facts.lines.find((one) => one.line.id === lineItemId)
  const isAhead = line !== undefined && line.line.start_date > now
  if ((from && from.getTime() !== now.getTime()) || isAhead) {
    throw notBuilt('effective_from', 'another instant than now')
  }
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text)
}

function notBuilt(path: string, what: string): CodedError {
  return notImplemented(path, `${what} is not implemented with proration_behavior create_prorations`)
}
