import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
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
import { currencyExponent, isWholeUnits, readDecimal } from '@flexprice/domain/money'

export interface InvoicePayment extends Pick<NewPayment, 'payment_method_type' | 'metadata' | 'request'> {
  readonly invoiceId: string
  /** Decides by what remains: a decimal text. */
  readonly amountOf: (remaining: string) => string
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
    const amount = asked.amountOf(invoice.amount_remaining)
    refuseAmount({ amount, currency: asked.currency ?? currency, of: currency })
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
