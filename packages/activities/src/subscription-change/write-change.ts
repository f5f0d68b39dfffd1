import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import { type ChangedSubscription, type ComingLine, writeChanges } from '@flexprice/database/changes'
import { newId, type Scoped } from '@flexprice/database/connection'
import { creditLines, type NewLineCredit } from '@flexprice/database/credits'
import { finalizeInvoices, type NewInvoice } from '@flexprice/database/invoices'
import { type LineCredit, type NettedCredit, netCredits, type OpenedLine } from '@flexprice/domain/change'
import { formatDecimal, sumDecimals, zero } from '@flexprice/domain/money'
import { changeInvoice } from './change-invoice.ts'
import type { ChangeLine } from './change-line.ts'
import { changeResult } from './change-result.ts'
import type { PreparedChange } from './prepared-change.ts'

interface WrittenChange {
  readonly facts: ChargeFacts
  readonly prepared: PreparedChange
  readonly input: SubscriptionChangeInput
  readonly now: Date
}

/**
 * Writes what was prepared, in the transaction that holds the subscription: its lines, itself, the change's own row; then
 * what is credited and goes back; last, as numbers are taken, the change's invoice.
 */
export async function writeChange(
  transaction: Scoped,
  { facts, prepared, input, now }: WrittenChange,
): Promise<SubscriptionChangeResult> {
  const { subscription } = facts
  const { planned } = prepared
  const changeId = newId('subscriptionChange')
  const charged = sumDecimals(planned.charges.map(({ amount }) => amount))
  const credits = netCredits(planned.credits, charged)
  const invoice = changeInvoice(facts, prepared, { changeId, credits, now })
  const after = { ...changing(subscription), ...prepared.subscription }
  const result = changeResult(facts, prepared, {
    kind: input.request.kind,
    changeId,
    after,
    credits,
    invoice,
  })
  const change = {
    id: changeId,
    subscription_id: subscription.id,
    kind: input.request.kind,
    idempotency_key: input.idempotency_key,
    request_hash: input.request_hash,
    effective_at: planned.at,
    from_plan_id: subscription.plan_id,
    to_plan_id: prepared.toPlan.id,
    proration_behavior: planned.behavior,
    currency: subscription.currency,
    net_amount: formatDecimal(planned.net),
    result,
  }
  const closed = planned.closed.map(({ line, at }) => ({ id: line.id, at }))
  const opened = planned.opened.map((line) => comingLine(subscription.id, line))
  const { version } = subscription
  await writeChanges(transaction, [{ change, version, subscription: after, closed, opened }], now)
  await creditLines(
    transaction,
    credits.map((credit) => lineCredit(facts, credit, changeId)),
    { now, customerIds: invoice ? [subscription.customer_id] : [] },
  )
  await closeInvoice(transaction, invoice, now)
  return result
}

function changing(subscription: ChargeFacts['subscription']): ChangedSubscription {
  return {
    plan_id: subscription.plan_id,
    synced_price_sequence: subscription.synced_price_sequence,
    billing_period: subscription.billing_period,
    billing_period_count: subscription.billing_period_count,
    billing_cycle: subscription.billing_cycle,
    billing_anchor: subscription.billing_anchor,
    current_period_start: subscription.current_period_start,
    current_period_end: subscription.current_period_end,
    next_billing_at: subscription.next_billing_at,
    subscription_status: subscription.subscription_status,
    end_date: subscription.end_date,
    trial_end: subscription.trial_end,
  }
}

function comingLine(subscriptionId: string, line: OpenedLine<ChangeLine>): ComingLine {
  return {
    id: line.id,
    subscription_id: subscriptionId,
    price_id: line.price.id,
    quantity: formatDecimal(line.quantity),
    start_date: line.start,
    end_date: line.end ?? null,
    ended_by: line.end ? 'price' : null,
    carries_line_id: line.carries,
    metadata: null,
    isReopened: line.isReopened,
  }
}

function lineCredit(
  { subscription }: ChargeFacts,
  { credit, netted }: NettedCredit<LineCredit<ChangeLine>>,
  changeId: string,
): NewLineCredit {
  const { billed, amount } = credit
  return {
    subscriptionId: subscription.id,
    invoiceId: billed.invoiceId,
    lineId: billed.id,
    firstLineId: billed.id,
    sourceId: changeId,
    currency: subscription.currency,
    // Subscriptions' lines have neither discounts nor taxes yet.
    ...{ amount, discount: zero, tax: zero, netted },
    target: 'PREPAID_WALLET',
    reason: 'ORDER_CHANGE',
  }
}

/** Not written before it is closed; one of nothing is skipped. */
async function closeInvoice(transaction: Scoped, unwritten: NewInvoice | null, now: Date): Promise<void> {
  if (!unwritten) return
  const { invoice } = unwritten
  await finalizeInvoices(
    transaction,
    [{ ...invoice, dueDate: invoice.due_date, seenBy: null, unwritten }],
    now,
  )
}
