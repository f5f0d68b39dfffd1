import type { RecalculatedInvoice } from '@flexprice/contracts/workflows'
import { readChargeFacts } from '@flexprice/database/calculations'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import {
  closeOneOff,
  finalizeInvoices,
  getInvoice,
  type InvoiceRow,
  lockInvoice,
  replaceDrafts,
  takeUsageSnapshot,
} from '@flexprice/database/invoices'
import { assert, CodedError, notFound } from '@flexprice/domain'
import type { Period } from '@flexprice/domain/time'
import { boundaryOf } from './billed-cycle.ts'
import { calculateCharges } from './calculate-charges.ts'
import { closeLateUsage } from './close-late-usage.ts'
import { closingInvoice } from './closing-invoice.ts'
import type { CalculateChargesDependencies, RecalculationInput } from './dependencies.ts'
import { draftOf } from './draft-of.ts'
import { refusedDrafts } from './refuse-waiting.ts'

/**
 * One transaction that holds the subscription and the invoice: rates by the snapshot that it keeps, replaces the lines
 * (of a written draft those of usage) and, if asked for, closes. What was closed by another request is answered as it is.
 */
export async function recalculateInvoice(
  { scoped, events }: CalculateChargesDependencies,
  { invoice_id: id, finalize }: RecalculationInput,
): Promise<RecalculatedInvoice> {
  const status = await inTransaction(scoped(), (transaction) => rateDraft(transaction, { id, finalize }))
  if (finalize) events.closed(status)
  return { invoice_id: id, invoice_status: status }
}

async function rateDraft(
  transaction: Scoped,
  { id, finalize }: { id: string; finalize: boolean },
): Promise<InvoiceRow['invoice_status']> {
  // In the one order of locks: subscriptions, then invoices.
  const { subscription_id: heldId } = await getInvoice(transaction, id)
  const facts = heldId === null ? [] : await readChargeFacts(transaction, [heldId], { lock: true })
  const invoice = await lockInvoice(transaction, id)
  const { invoice_status: status } = invoice
  if (finalize && (status === 'FINALIZED' || status === 'SKIPPED')) return status
  const { subscription_id: subscriptionId, period_start: start, period_end: end } = invoice
  if (status !== 'DRAFT') throw refused(invoice, `is ${status}: only a draft is rated again`)
  const now = await readNow(transaction)
  if (invoice.invoice_type === 'ONE_OFF') {
    if (finalize) return closeOneOff(transaction, invoice, now)
    throw refused(invoice, 'is a one-off: there is nothing to rate')
  }
  if (subscriptionId === null || start === null || end === null) {
    throw refused(invoice, 'is of no subscription')
  }
  const period = { start, end }
  if (finalize) refuseEarly(invoice, period, now)
  const reason = invoice.billing_reason
  const waiting = (await refusedDrafts(transaction, [subscriptionId])).get(subscriptionId)
  if (waiting && boundaryOf({ reason, period }) >= waiting.at) throw waiting.error
  const seenBy = await takeUsageSnapshot(transaction)
  if (facts.length === 0) throw notFound('Subscription', subscriptionId)
  const [outcome] = await calculateCharges(transaction, facts, {
    choiceOf: () => ({ kind: 'invoice', reason, period }),
    seenBy,
  })
  assert(outcome, 'each subscription has an outcome')
  if ('error' in outcome) throw outcome.error
  const draft = draftOf(outcome, now)
  const dueOf = await replaceDrafts(transaction, [{ draft, invoiceId: id }], now)
  const amount_due = dueOf.get(id) ?? draft.invoice.amount_due
  if (!finalize) return 'DRAFT'
  const closing = closingInvoice(outcome, { ...draft.invoice, id, amount_due }, { seenBy, now })
  const closings = await closeLateUsage(transaction, [{ one: outcome, closing }], { seenBy, now })
  const [closed] = await finalizeInvoices(transaction, closings, now)
  assert(closed, 'each invoice is closed')
  return closed
}

/** A cycle is closed when its period has ended; an opening, or a trial's end, when what it pays for begins. */
function refuseEarly(invoice: InvoiceRow, { start, end }: Period, now: Date): void {
  const isCycle = invoice.billing_reason === 'SUBSCRIPTION_CYCLE'
  const from = isCycle ? end : start
  if (now >= from) return
  const what = `is of a period that ${isCycle ? 'ends' : 'begins'} at ${from.toISOString()}`
  throw refused(invoice, `${what}: it cannot be finalized before`)
}

export function refused({ id, invoice_status }: InvoiceRow, why: string): CodedError {
  return new CodedError('invalid_operation', `Invoice ${id} ${why}`, { details: { invoice_status } })
}
