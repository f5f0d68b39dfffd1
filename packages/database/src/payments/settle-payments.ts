import { assert, CodedError } from '@flexprice/domain'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import { mayBecome, notPayable, type PaymentState, paidStatus } from '@flexprice/domain/payment'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { activateSubscriptions, type InvoiceRow, lockInvoice, lockSubscriptionOf } from '../invoices/index.ts'
import { historyRow } from '../invoices/invoice-writes.ts'
import { completePendingCredits, returnPaymentCredits } from '../wallets/index.ts'
import { takeCredits } from './credit-payments.ts'
import { getPayment, type PaymentRow } from './payments.ts'
import { refuseSpentPayment } from './refuse-spent-payment.ts'

/**
 * Holds an invoice for a payment until the caller's transaction ends, in the one order of locks: its subscription
 * first, as paying it may make that active.
 *
 * @throws not_found
 */
export async function lockPayableInvoice(scoped: Scoped, id: string): Promise<InvoiceRow> {
  await lockSubscriptionOf(scoped, id)
  return await lockInvoice(scoped, id)
}

/** @throws state_conflict for an invoice that is not to be paid, or of which nothing remains to be */
export function refuseUnpayable({
  id,
  invoice_status: status,
  amount_remaining,
}: Pick<InvoiceRow, 'id' | 'invoice_status' | 'amount_remaining'>): void {
  const why = notPayable({ id, status, amountRemaining: readDecimal(amount_remaining) })
  if (why !== undefined) throw new CodedError('state_conflict', why, { details: { invoice_status: status } })
}

/** A payment, its invoice held until the caller's transaction ends, so that nobody else changes either. @throws not_found */
export async function lockPayment(
  scoped: Scoped,
  id: string,
): Promise<{ readonly payment: PaymentRow; readonly invoice: InvoiceRow }> {
  const { invoice_id } = await getPayment(scoped, id)
  const invoice = await lockPayableInvoice(scoped, invoice_id)
  return { payment: await getPayment(scoped, id), invoice }
}

/**
 * Moves a payment to a state, and with it what its invoice has paid. The caller holds the invoice. To the state that
 * it has nothing happens.
 *
 * @throws state_conflict where a payment in its state cannot come to that one, its invoice is not to be paid, or credits
 *   have not as much
 */
export async function movePayment(
  scoped: Scoped,
  { payment, invoice }: { payment: PaymentRow; invoice: InvoiceRow },
  move: { to: PaymentState; error?: string | undefined; now: Date },
): Promise<void> {
  const { to, now } = move
  const { payment_status: from, id } = payment
  if (from === to) return
  if (!mayBecome(from, to)) {
    throw new CodedError('state_conflict', `Payment ${id} is ${from}: it cannot become ${to}`, {
      details: { payment_status: from },
    })
  }
  if (to === 'SUCCEEDED') refuseUnpayable(invoice)
  if (from === 'SUCCEEDED') await refuseSpentPayment(scoped, { payment, invoice })
  if (payment.payment_method_type === 'CREDITS') {
    if (to === 'SUCCEEDED') await takeCredits(scoped, { payment, invoice }, now)
    if (from === 'SUCCEEDED') await returnPaymentCredits(scoped, id, now)
  }
  await scoped.db
    .updateTable('payments')
    .set({
      payment_status: to,
      error_message: to === 'FAILED' ? (move.error ?? null) : payment.error_message,
      ...{ [atOf[to]]: now },
      ...change(scoped.scope, now),
    })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', id)
    .execute()
  const sign = to === 'SUCCEEDED' ? 1 : from === 'SUCCEEDED' ? -1 : 0
  if (sign !== 0) await changePaid(scoped, { invoice, payment, sign }, now)
}

const atOf = {
  SUCCEEDED: 'succeeded_at',
  FAILED: 'failed_at',
  VOIDED: 'voided_at',
  INITIATED: 'updated_at',
} as const

/** Σ of the succeeded payments is what an invoice has paid. */
async function changePaid(
  scoped: Scoped,
  { invoice, payment, sign }: { invoice: InvoiceRow; payment: PaymentRow; sign: 1 | -1 },
  now: Date,
): Promise<void> {
  const [before, amount] = [readDecimal(invoice.amount_paid), readDecimal(payment.amount)]
  const paid = sign === 1 ? before.plus(amount) : before.minus(amount)
  const status = paidStatus(readDecimal(invoice.amount_due), paid)
  const isPaid = status !== 'PENDING'
  const { numUpdatedRows } = await scoped.db
    .updateTable('invoices')
    .set({
      ...{ amount_paid: formatDecimal(paid), payment_status: status },
      paid_at: isPaid ? (invoice.paid_at ?? now) : null,
      version: sql`version + 1`,
      ...change(scoped.scope, now),
    })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', invoice.id)
    .where('version', '=', invoice.version)
    .executeTakeFirstOrThrow()
  assert(numUpdatedRows === 1n, 'an invoice that is held is as it was read')
  if (status !== invoice.payment_status) await noteStatus(scoped, { invoice, payment, sign, status }, now)
  if (isPaid) await activateSubscriptions(scoped, [invoice], now)
  if (isPaid && invoice.invoice_type === 'CREDIT') await completePendingCredits(scoped, [invoice.id], now)
}

async function noteStatus(
  scoped: Scoped,
  {
    invoice,
    payment,
    sign,
    status,
  }: { invoice: InvoiceRow; payment: PaymentRow; sign: 1 | -1; status: string },
  now: Date,
): Promise<void> {
  const reason = `payment ${payment.id} ${sign === 1 ? 'succeeded' : 'voided'}`
  const of = { invoiceId: invoice.id, field: 'payment_status' } as const
  await scoped.db
    .insertInto('invoice_history')
    .values(historyRow(scoped, { ...of, from: invoice.payment_status, to: status, reason, now }))
    .execute()
}
