import type { BillingFailure, DueRow } from '@flexprice/database/billing'
import { readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import {
  finalizeInvoices,
  type InvoiceRow,
  lockInvoices,
  replaceDrafts,
  takeUsageSnapshot,
} from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { calculateCharges } from '../calculate-charges/calculate-charges.ts'
import { closeLateUsage } from '../calculate-charges/close-late-usage.ts'
import { closingInvoice } from '../calculate-charges/closing-invoice.ts'
import { draftOf } from '../calculate-charges/draft-of.ts'
import { ratedOrFailed } from './rated-or-failed.ts'

export interface FinalizedDrafts {
  readonly subscriptionIds: readonly string[]
  readonly failures: readonly BillingFailure[]
  readonly finalized: number
}

/**
 * Rates the USAGE lines of drafts whose delay is over once more, and closes them, in the caller's transaction (billing
 * rules, section 5). At most one draft of a subscription at once. Idempotent by the invoice's state.
 */
export async function finalizeDue(
  transaction: Scoped,
  due: readonly DueRow[],
  now: Date,
): Promise<FinalizedDrafts> {
  assert(transaction.db.isTransaction, 'drafts are closed in one transaction')
  // In the one order of locks: subscriptions, then invoices.
  const facts = await readChargeFacts(
    transaction,
    due.map(({ subscriptionId }) => subscriptionId),
    { lock: true },
  )
  const invoices = await lockInvoices(
    transaction,
    due.map(({ id }) => id),
  )
  const draftOfSubscription = new Map(
    invoices
      .filter(({ invoice_status }) => invoice_status === 'DRAFT')
      .map((invoice) => [invoice.subscription_id, invoice]),
  )
  const seenBy = await takeUsageSnapshot(transaction)
  const waiting = facts.filter(({ subscription }) => draftOfSubscription.has(subscription.id))
  const outcomes = await calculateCharges(transaction, waiting, {
    choiceOf: ({ subscription }) => choiceOf(draftOfSubscription.get(subscription.id)),
    seenBy,
  })
  const { rated, failures } = ratedOrFailed(outcomes)
  const drafts = rated.map((one) => {
    const invoice = draftOfSubscription.get(one.facts.subscription.id)
    assert(invoice, 'what was rated has a draft')
    return { one, draft: draftOf(one, now), invoiceId: invoice.id }
  })
  const dueOf = await replaceDrafts(transaction, drafts, now)
  const closing = drafts.map(({ one, draft, invoiceId: id }) => ({
    one,
    closing: closingInvoice(
      one,
      { ...draft.invoice, id, amount_due: dueOf.get(id) ?? draft.invoice.amount_due },
      { seenBy, now },
    ),
  }))
  await finalizeInvoices(transaction, await closeLateUsage(transaction, closing, { seenBy, now }), now)
  return {
    subscriptionIds: rated.map(({ facts: { subscription } }) => subscription.id),
    failures,
    finalized: drafts.length,
  }
}

function choiceOf(invoice: InvoiceRow | undefined) {
  assert(invoice?.period_start && invoice.period_end, 'a draft of a subscription has a period')
  const period = { start: invoice.period_start, end: invoice.period_end }
  return { kind: 'invoice', reason: invoice.billing_reason, period } as const
}
