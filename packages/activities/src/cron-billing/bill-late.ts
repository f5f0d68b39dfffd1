import type { BillingFailure, DueRow } from '@flexprice/database/billing'
import { readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import {
  finalizeInvoices,
  type NewInvoice,
  refreshDrafts,
  takeUsageSnapshot,
} from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { calculateCharges } from '../calculate-charges/calculate-charges.ts'
import { closeLateUsage } from '../calculate-charges/close-late-usage.ts'
import { closingDraft } from '../calculate-charges/closing-invoice.ts'
import { draftOf } from '../calculate-charges/draft-of.ts'
import { ratedOrFailed } from './rated-or-failed.ts'

export interface BilledLate {
  /** Whose late usage was looked at. */
  readonly subscriptionIds: readonly string[]
  readonly failures: readonly BillingFailure[]
  readonly invoices: readonly NewInvoice['invoice'][]
}

/**
 * Bills late usage of subscriptions that have ended, in the caller's transaction: an invoice of its own for each of
 * which something is due, closed at once. Idempotent by what was looked at: it is not due any more.
 */
export async function billLate(transaction: Scoped, due: readonly DueRow[], now: Date): Promise<BilledLate> {
  assert(transaction.db.isTransaction, 'late usage is billed in one transaction')
  const ids = due.map(({ subscriptionId }) => subscriptionId)
  const facts = await readChargeFacts(transaction, ids, { lock: true })
  // After the locks, as whatever closes an invoice of theirs has them.
  const seenBy = await takeUsageSnapshot(transaction)
  const outcomes = await calculateCharges(transaction, facts, { choiceOf: () => ({ kind: 'late' }), seenBy })
  const { rated, failures } = ratedOrFailed(outcomes)
  const charged = rated
    .filter(({ charges }) => charges.length > 0)
    .map((one) => ({ one, draft: draftOf(one, now) }))
  const found = await refreshDrafts(
    transaction,
    charged.map(({ draft }) => draft),
    now,
  )
  const closings = charged.map(({ one, draft }, index) => ({
    one,
    closing: closingDraft(one, draft, { found: found[index], seenBy, now }),
  }))
  const alone = rated.filter(({ charges }) => charges.length === 0)
  const closed = await closeLateUsage(transaction, closings, { seenBy, now, alone })
  await finalizeInvoices(transaction, closed, now)
  return {
    subscriptionIds: rated.map(({ facts: { subscription } }) => subscription.id),
    failures,
    invoices: charged.map(({ draft }) => draft.invoice),
  }
}
