import { CodedError } from '@flexprice/domain'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import type { InvoiceRow } from '../invoices/index.ts'
import { listOverdrawn } from './overdrawn-invoices.ts'
import type { PaymentRow } from './payments.ts'

/**
 * Taken back, what has been given of it to somebody would be money that was never paid: back to its source or into a
 * wallet, or to other invoices of the subscription, whose dues credits on this one have lowered as it was paid.
 *
 * @throws state_conflict
 */
export async function refuseSpentPayment(
  scoped: Scoped,
  { payment, invoice }: { payment: PaymentRow; invoice: InvoiceRow },
): Promise<void> {
  await refuseRefunded(scoped, payment.id)
  refuseBought(payment, invoice)
  const amount_paid = readDecimal(invoice.amount_paid).minus(readDecimal(payment.amount))
  if ((await listOverdrawn(scoped, [{ ...invoice, amount_paid: formatDecimal(amount_paid) }])).length === 0)
    return
  const message = `What payment ${payment.id} has paid was credited on invoice ${invoice.id} and has gone elsewhere: it cannot be taken back`
  throw new CodedError('state_conflict', message, { details: { used_by: 'credit' } })
}

/** Its credits are in the wallet, and may be spent. */
function refuseBought(
  { id, amount }: PaymentRow,
  { id: invoice_id, invoice_type, amount_paid, amount_due }: InvoiceRow,
): void {
  const after = readDecimal(amount_paid).minus(readDecimal(amount))
  if (invoice_type !== 'CREDIT' || after.gte(readDecimal(amount_due))) return
  if (readDecimal(amount_paid).lt(readDecimal(amount_due))) return
  const message = `Payment ${id} has paid for the credits that invoice ${invoice_id} bought: a credit note takes back those that are not spent`
  throw new CodedError('state_conflict', message, { details: { used_by: 'wallet', invoice_id } })
}

async function refuseRefunded({ db, scope }: Scoped, id: string): Promise<void> {
  const refunds = await db
    .selectFrom('refunds')
    .select('id')
    .where('environment_id', '=', scope.environmentId)
    .where('payment_id', '=', id)
    .orderBy('id')
    .execute()
  if (refunds.length === 0) return
  const refund_ids = refunds.map((refund) => refund.id)
  const message = `Payment ${id} was given back by ${refund_ids.join(', ')}: it cannot be taken back`
  throw new CodedError('state_conflict', message, { details: { used_by: 'refund', refund_ids } })
}
