import type { ChargeFacts } from '@flexprice/database/calculations'
import { newId } from '@flexprice/database/connection'
import type { NewInvoice } from '@flexprice/database/invoices'
import { creditExplanation, type LineCredit, type NettedCredit } from '@flexprice/domain/change'
import { settleInvoice } from '@flexprice/domain/invoice'
import { formatDecimal, isPositive, readDecimal, zero } from '@flexprice/domain/money'
import { dueDate, later } from '@flexprice/domain/time'
import { draftInvoice, refuseTooLarge, withLineIds } from '../invoicing/draft-invoice.ts'
import type { ChangeLine } from './change-line.ts'
import type { PreparedChange } from './prepared-change.ts'

/**
 * A change's invoice: what it charges, less what of its credits that takes (billing rules, section 8). Where the credits
 * are more, it is of nothing: it keeps what was charged, which counts as billed.
 *
 * @returns null when nothing is charged
 */
export function changeInvoice(
  { subscription }: ChargeFacts,
  { planned, toPlan }: Pick<PreparedChange, 'planned' | 'toPlan'>,
  {
    changeId,
    credits,
    now,
  }: {
    readonly changeId: string
    readonly credits: readonly NettedCredit<LineCredit<ChangeLine>>[]
    readonly now: Date
  },
): NewInvoice | null {
  if (planned.charges.length === 0) return null
  const { currency, payment_terms: terms, timezone } = subscription
  const charges = withLineIds(planned.charges)
  refuseTooLarge(charges)
  const netted = credits.flatMap((credit) =>
    isPositive(credit.netted) ? [creditLine(subscription, credit, changeId)] : [],
  )
  const draft = draftInvoice({
    ...{ customerId: subscription.customer_id, subscriptionId: subscription.id, plan: toPlan, currency },
    grid: {
      anchor: subscription.billing_anchor,
      period: subscription.billing_period,
      count: subscription.billing_period_count,
      timeZone: timezone,
    },
    ...{ reason: 'SUBSCRIPTION_UPDATE', requestKey: changeId, charges, now },
    period: { start: planned.at, end: planned.charges.map(({ span }) => span.end).reduce(later) },
    settlement: settleInvoice(currency, [
      ...charges.map(({ invoiceLineId: id, amount }) => ({ id, kind: 'charge', amount, currency }) as const),
      ...netted.map(
        ({ id, amount }) => ({ id, kind: 'credit', amount: readDecimal(amount), currency }) as const,
      ),
    ]),
  })
  const due_date = terms && dueDate(now, terms, timezone)
  return {
    invoice: { ...draft.invoice, due_date },
    lines: [...draft.lines.map((line) => ({ ...line, change_id: changeId })), ...netted],
  }
}

/** With its explanation; below 0. */
function creditLine(
  subscription: ChargeFacts['subscription'],
  { credit, netted }: NettedCredit<LineCredit<ChangeLine>>,
  changeId: string,
): NewInvoice['lines'][number] {
  const { billed, span, line } = credit
  const { currency, plan_id, plan_name } = subscription
  return {
    id: newId('invoiceLineItem'),
    subscription_line_item_id: billed.lineId,
    plan_id,
    price_id: line.price.id,
    price_type: 'FIXED',
    display_name: `${line.price.display_name || plan_name} (unused time)`,
    plan_display_name: plan_name,
    quantity: formatDecimal(billed.quantity),
    amount: formatDecimal(zero.minus(netted)),
    is_credit: true,
    line_item_discount: '0',
    invoice_level_discount: '0',
    period_start: span.start,
    period_end: span.end,
    explanation: { ...creditExplanation(credit, { netted, currency }) },
    warnings: [],
    late_of: null,
    revision: null,
    change_id: changeId,
  }
}
