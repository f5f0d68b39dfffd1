import type { RecalculatedInvoice } from '@flexprice/contracts/workflows'
import { readChargeFacts } from '@flexprice/database/calculations'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import {
  type InvoiceRow,
  keepReplacement,
  lockInvoice,
  lockSubscriptionOf,
  takeUsageSnapshot,
  writeDrafts,
} from '@flexprice/database/invoices'
import { bringPassedOver } from '@flexprice/database/price-sync'
import { assert, notFound } from '@flexprice/domain'
import { calculateCharges } from './calculate-charges.ts'
import type { CalculateChargesDependencies, ReplacementInput } from './dependencies.ts'
import { draftOf } from './draft-of.ts'
import { refused } from './recalculate-invoice.ts'

/**
 * Makes a draft in the place of a voided invoice: what its period bills by the lines and the usage that are there now.
 * One transaction that holds the voided one, which keeps the draft's id: asked again, it is the same.
 */
export function replaceInvoice(
  { scoped }: Pick<CalculateChargesDependencies, 'scoped'>,
  { invoice_id: id }: ReplacementInput,
): Promise<RecalculatedInvoice> {
  return inTransaction(scoped(), async (transaction) => {
    // In the one order of locks: subscriptions, then invoices.
    await lockSubscriptionOf(transaction, id)
    const voided = await lockInvoice(transaction, id)
    const replacementId = voided.recalculated_invoice_id ?? (await makeReplacement(transaction, voided))
    const { invoice_status } = await lockInvoice(transaction, replacementId)
    return { invoice_id: replacementId, invoice_status }
  })
}

/** @throws invalid_operation for an invoice that is not voided, and for one that no period's lines make again */
async function makeReplacement(transaction: Scoped, voided: InvoiceRow): Promise<string> {
  const { subscription_id: subscriptionId, period_start: start, period_end: end } = voided
  if (voided.invoice_status !== 'VOIDED') {
    throw refused(voided, `is ${voided.invoice_status}: only a voided one is replaced`)
  }
  if (subscriptionId === null || start === null || end === null || voided.request_key !== '') {
    throw refused(voided, "is not of a subscription's period: there is nothing to make it from")
  }
  const now = await readNow(transaction)
  await bringPassedOver(transaction, subscriptionId, { from: start, now })
  const seenBy = await takeUsageSnapshot(transaction)
  const facts = await readChargeFacts(transaction, [subscriptionId])
  if (facts.length === 0) throw notFound('Subscription', subscriptionId)
  const reason = voided.billing_reason
  const [outcome] = await calculateCharges(transaction, facts, {
    choiceOf: () => ({ kind: 'invoice', reason, period: { start, end } }),
    seenBy,
  })
  assert(outcome, 'each subscription has an outcome')
  if ('error' in outcome) throw outcome.error
  // One of the same identity may have been made since the voiding: then it is the replacement.
  const [draft] = await writeDrafts(transaction, [draftOf(outcome, now)], now)
  assert(draft, 'each draft has an outcome')
  await keepReplacement(transaction, { id: voided.id, replacementId: draft.invoiceId, now })
  return draft.invoiceId
}
