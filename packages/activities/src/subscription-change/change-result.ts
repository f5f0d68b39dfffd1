import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import type { ChangedSubscription } from '@flexprice/database/changes'
import type { NewInvoice } from '@flexprice/database/invoices'
import type { LineCredit, NettedCredit } from '@flexprice/domain/change'
import { formatDecimal, sumDecimals } from '@flexprice/domain/money'
import type { ChangeLine } from './change-line.ts'
import type { PreparedChange } from './prepared-change.ts'

/** What whoever asked for a change is told, also when the request comes again. Its invoices are named, and read. */
export function changeResult(
  { subscription }: ChargeFacts,
  { planned, toPlan, superseded = [] }: PreparedChange,
  {
    kind,
    changeId,
    after,
    credits,
    invoice,
  }: {
    readonly kind: string
    readonly changeId: string
    readonly after: ChangedSubscription
    readonly credits: readonly NettedCredit<LineCredit<ChangeLine>>[]
    readonly invoice: NewInvoice | null
  },
): SubscriptionChangeResult {
  return {
    change_id: changeId,
    kind,
    change_type: planned.changeType,
    effective_at: planned.at.toISOString(),
    is_scheduled: false,
    schedule_id: null,
    superseded_schedules: [...superseded],
    from_plan: { id: subscription.plan_id, name: subscription.plan_name },
    to_plan: { ...toPlan },
    before: subscriptionSummary(subscription, subscription),
    after: subscriptionSummary(subscription, after),
    proration: prorationOf(subscription, planned),
    lines: lineChanges(planned),
    credits: credits.map(({ credit: { billed, span, amount }, netted }) => ({
      invoice_id: billed.invoiceId,
      subscription_line_item_id: billed.lineId,
      period_start: span.start.toISOString(),
      period_end: span.end.toISOString(),
      amount: formatDecimal(amount),
      netted_amount: formatDecimal(netted),
    })),
    invoice_ids: invoice ? [invoice.invoice.id] : [],
    invoices: [],
    warnings: [...planned.warnings],
  }
}

export function subscriptionSummary(
  { id, created_at }: Pick<ChargeFacts['subscription'], 'id' | 'created_at'>,
  row: ChangedSubscription,
): SubscriptionChangeResult['before'] {
  return {
    id,
    plan_id: row.plan_id,
    status: row.subscription_status,
    billing_anchor: row.billing_anchor.toISOString(),
    billing_period: row.billing_period,
    billing_period_count: row.billing_period_count,
    current_period_start: row.current_period_start.toISOString(),
    current_period_end: row.current_period_end.toISOString(),
    trial_end: row.trial_end?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  }
}

function prorationOf(
  subscription: ChargeFacts['subscription'],
  { credits, charges, net }: PreparedChange['planned'],
): SubscriptionChangeResult['proration'] {
  return {
    currency: subscription.currency,
    credit_amount: formatDecimal(sumDecimals(credits.map(({ amount }) => amount))),
    charge_amount: formatDecimal(sumDecimals(charges.map(({ amount }) => amount))),
    net_amount: formatDecimal(net),
    period_start: subscription.current_period_start.toISOString(),
    period_end: subscription.current_period_end.toISOString(),
  }
}

function lineChanges({ closed, opened }: PreparedChange['planned']): SubscriptionChangeResult['lines'] {
  return [
    ...closed.map(({ line, at }) => ({ ...lineOf(line, at), change_action: 'ended' as const })),
    ...opened.map((line) => ({ ...lineOf(line, line.end ?? null), change_action: 'created' as const })),
  ]
}

function lineOf({ id, price, quantity, start }: ChangeLine, end: Date | null) {
  return {
    id,
    price_id: price.id,
    quantity: formatDecimal(quantity),
    start_date: start.toISOString(),
    end_date: end?.toISOString() ?? null,
  }
}
