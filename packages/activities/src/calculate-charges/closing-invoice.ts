import type { ClosingInvoice, DraftOutcome, NewInvoice } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { dueDate } from '@flexprice/domain/time'
import type { SubscriptionCharges } from './calculate-charges.ts'

/** A rated draft as it is closed: usage that comes after its rating's snapshot is late. */
export function closingInvoice(
  { facts, charges }: Pick<SubscriptionCharges, 'facts' | 'charges'>,
  draft: Omit<ClosingInvoice, 'dueDate' | 'seenBy'>,
  { seenBy, now }: { seenBy: string; now: Date },
): ClosingInvoice {
  const { payment_terms: terms, timezone } = facts.subscription
  return {
    ...fieldsOf(draft),
    dueDate: terms && dueDate(now, terms, timezone),
    seenBy: hasUsage({ charges }) ? seenBy : null,
  }
}

/** No more of the draft than is needed: what it is written with is its own. */
function fieldsOf(draft: Omit<ClosingInvoice, 'dueDate' | 'seenBy'>) {
  const { id, invoice_type, billing_reason, subtotal, amount_due } = draft
  const { customer_id, subscription_id, currency, period_end } = draft
  return {
    ...{ id, invoice_type, billing_reason, subtotal, amount_due },
    ...{ customer_id, subscription_id, currency, period_end },
  }
}

/** The same of a draft that was wanted, in the place of what `refreshDrafts` has found of it. */
export function closingDraft(
  one: Pick<SubscriptionCharges, 'facts' | 'charges'>,
  draft: NewInvoice,
  { found, seenBy, now }: { found: DraftOutcome | undefined; seenBy: string; now: Date },
): ClosingInvoice {
  assert(found, 'each draft has an outcome')
  const { invoiceId: id, amountDue: amount_due = draft.invoice.amount_due } = found
  const closing = closingInvoice(one, { ...draft.invoice, id, amount_due }, { seenBy, now })
  return { ...closing, unwritten: found.state === 'missing' ? draft : undefined }
}

/** An invoice with USAGE lines, also at zero, waits for late events (billing rules, section 5). */
export function hasUsage({ charges }: Pick<SubscriptionCharges, 'charges'>): boolean {
  return charges.some(({ line }) => line.price.type === 'USAGE')
}
