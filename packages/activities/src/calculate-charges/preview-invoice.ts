import type { InvoicePreview } from '@flexprice/contracts/workflows'
import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { previewLateCredits } from '@flexprice/database/credits'
import { billLine, type NewInvoice } from '@flexprice/database/invoices'
import { previewPayments } from '@flexprice/database/wallets'
import { assert, CodedError, notFound } from '@flexprice/domain'
import { type Decimal, formatDecimal, sumDecimals, zero } from '@flexprice/domain/money'
import { later } from '@flexprice/domain/time'
import { atBoundary } from '../subscription-change/at-boundary.ts'
import type { CycleChoice } from './billed-cycle.ts'
import { calculateCharges, type SubscriptionCharges } from './calculate-charges.ts'
import type { CalculateChargesDependencies, PreviewInput } from './dependencies.ts'
import { draftOf } from './draft-of.ts'

/** Of an answer that goes through Temporal, which takes no more than 2 MB. */
const previewLinesMax = 2_000

/** As the boundary that it is billed at will have the subscription: with what waits for it. */
export async function previewInvoice(
  { scoped }: CalculateChargesDependencies,
  { subscription_id: id, window }: PreviewInput,
): Promise<InvoicePreview> {
  const handle = scoped()
  const [facts] = await readChargeFacts(handle, [id])
  if (!facts) throw notFound('Subscription', id)
  const now = await readNow(handle)
  const choice = choiceOf(window)
  return await atBoundary(handle, [facts], { choice, now }, async (within, [one = facts], [failed]) => ({
    ...(await previewOf(within, one, { choice, now })),
    ...(failed && { failed_change: { schedule_id: failed.scheduleId, message: failed.message } }),
  }))
}

function choiceOf(window: PreviewInput['window']): CycleChoice {
  if (window === null) return { kind: 'next' }
  return { kind: 'named', window: { start: new Date(window.start), end: new Date(window.end) } }
}

async function previewOf(
  handle: Scoped,
  facts: ChargeFacts,
  { choice, now }: { readonly choice: CycleChoice; readonly now: Date },
): Promise<InvoicePreview> {
  const [outcome] = await calculateCharges(handle, [facts], { choiceOf: () => choice, seenBy: null })
  assert(outcome, 'each subscription has an outcome')
  if ('error' in outcome) throw outcome.error
  const { invoice, lines } = draftOf(outcome, now)
  if (lines.length > previewLinesMax) {
    const message = `The invoice has ${lines.length} lines, and a preview at most ${previewLinesMax}: calculate the subscription instead`
    throw new CodedError('invalid_operation', message)
  }
  const adjusted = await previewAdjustment(handle, outcome)
  const paid = await previewCredits(handle, { outcome, lines, adjusted, now })
  return {
    invoiced_by: outcome.invoicedBy,
    preview: {
      ...invoice,
      ...sumsOf(outcome, { adjusted, credits: sumDecimals(paid.values()) }),
      line_items: lines.map(({ explanation: _, ...line }) => ({
        ...line,
        prepaid_credits_applied: formatDecimal(paid.get(line.id) ?? zero),
      })),
    },
  }
}

/** What credits of late usage have left for it, as it would be closed. */
async function previewAdjustment(
  handle: Scoped,
  { facts, billsLate, late, settlement }: SubscriptionCharges,
): Promise<Decimal> {
  if (!billsLate) return zero
  const subscriptionId = facts.subscription.id
  const { amountRemaining: due } = settlement.amounts
  return await previewLateCredits(handle, { subscriptionId, coming: late?.credits ?? [], due })
}

/** What prepaid credits would pay of its lines at the instant that it is of: a period ends before it is closed. */
async function previewCredits(
  handle: Scoped,
  {
    outcome: { facts, reason, period, settlement },
    lines,
    adjusted,
    now,
  }: {
    outcome: SubscriptionCharges
    lines: readonly NewInvoice['lines'][number][]
    adjusted: Decimal
    now: Date
  },
): Promise<ReadonlyMap<string, Decimal>> {
  const { customer_id: customerId, currency } = facts.subscription
  const payments = await previewPayments(handle, {
    ...{ invoiceId: '', customerId, currency },
    periodEnd: period.end,
    finalizedAt: later(now, reason === 'SUBSCRIPTION_CYCLE' ? period.end : period.start),
    due: settlement.amounts.amountRemaining.minus(adjusted),
    lines: lines.flatMap(billLine),
  })
  const parts = Map.groupBy(
    payments.flatMap((payment) => payment.lines),
    ({ lineId }) => lineId,
  )
  return new Map([...parts].map(([id, some]) => [id, sumDecimals(some.map(({ money }) => money))]))
}

/** Nothing is paid of it but by credits. */
function sumsOf(
  { settlement: { amounts } }: SubscriptionCharges,
  { adjusted, credits }: { adjusted: Decimal; credits: Decimal },
) {
  const total = amounts.total.minus(credits)
  return {
    total_prepaid_credits_applied: formatDecimal(credits),
    total: formatDecimal(total),
    adjustment_amount: formatDecimal(adjusted),
    amount_due: formatDecimal(total.minus(adjusted)),
    amount_remaining: formatDecimal(amounts.amountRemaining.minus(adjusted).minus(credits)),
    overpaid_amount: formatDecimal(amounts.overpaid),
  }
}
