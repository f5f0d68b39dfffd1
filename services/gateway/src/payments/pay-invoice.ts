import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import type { InvoiceRow } from '@flexprice/database/invoices'
import {
  findPaymentByKey,
  getPayment,
  insertPayment,
  lockPayableInvoice,
  movePayment,
  type NewPayment,
  type PaymentRow,
  refuseUnpayable,
} from '@flexprice/database/payments'
import { invalid } from '@flexprice/domain'
import { currencyExponent, isStorable, isWholeUnits, readDecimal } from '@flexprice/domain/money'
import { paidStatus } from '@flexprice/domain/payment'
import { decimalText } from '../decimal-text.ts'

export interface InvoicePayment extends Pick<NewPayment, 'payment_method_type' | 'metadata' | 'request'> {
  readonly invoiceId: string
  /** A decimal text; all that remains unless given. */
  readonly amount?: string | undefined
  /** What it must make of the invoice, if somebody has said it. */
  readonly makes?: string
  /** The invoice's own unless given. */
  readonly currency?: string
  /** Settles it at once. */
  readonly process: boolean
}

/**
 * Keeps a payment of an invoice, once for its key, and settles it: all of it or nothing.
 *
 * @throws not_found; state_conflict for an invoice that is not to be paid; validation_error for another currency, or
 *   an amount with a part of its smallest unit; key_reused
 */
export function payInvoice(scoped: Scoped, asked: InvoicePayment): Promise<PaymentRow> {
  return inTransaction(scoped, async (transaction) => {
    const { invoiceId, request, payment_method_type, metadata } = asked
    // Held first: of two requests with one key the second finds what the first has made.
    const invoice = await lockPayableInvoice(transaction, invoiceId)
    const made = request && (await findPaymentByKey(transaction, request))
    if (made) return made
    refuseUnpayable(invoice)
    const { id, customer_id, currency } = invoice
    const amount = asked.amount ?? decimalText(invoice.amount_remaining)
    refuseAmount({ amount, currency: asked.currency ?? currency, of: currency })
    refuseOutcome(invoice, amount, asked.makes)
    const now = await readNow(transaction)
    const money = { currency, amount, payment_method_type, metadata, request }
    const payment = await insertPayment(transaction, { invoice_id: id, customer_id, ...money }, now)
    if (!asked.process) return payment
    await movePayment(transaction, { payment, invoice }, { to: 'SUCCEEDED', now })
    return await getPayment(transaction, payment.id)
  })
}

function refuseAmount({ amount, currency, of }: { amount: string; currency: string; of: string }): void {
  if (currency !== of) throw invalid([{ path: 'currency', message: `must be ${of}, the invoice's` }])
  if (isWholeUnits(readDecimal(amount), currency)) return
  const digits = currencyExponent(currency)
  const message = `must have at most ${digits} digits after the point: nobody can pay less than one unit of ${currency}`
  throw invalid([{ path: 'amount', message }])
}

/** @throws validation_error for what it does not make of the invoice, or what the invoice cannot hold */
function refuseOutcome(
  { amount_due: due, amount_paid: before, amount_remaining: remaining }: InvoiceRow,
  amount: string,
  makes: string | undefined,
): void {
  const paid = readDecimal(before).plus(readDecimal(amount))
  if (!isStorable(paid)) {
    throw invalid([
      { path: 'amount', message: 'makes what was paid have more digits than an amount may have' },
    ])
  }
  const reached = paidStatus(readDecimal(due), paid)
  if (makes === undefined || reached === makes) return
  const message = `is not what a payment of ${amount} makes of it: ${decimalText(remaining)} remains, so that is ${reached}`
  throw invalid([{ path: 'payment_status', message }])
}
