import { CodedError } from '@flexprice/domain'
import { isNegative, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { InvoiceRow } from '../invoices/index.ts'
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
  const { carried, received } = await readFlows(scoped, invoice.id)
  const left = [invoice.amount_paid, invoice.total_prepaid_credits_applied, received].map(readDecimal)
  const after = left.reduce((sum, one) => sum.plus(one)).minus(readDecimal(payment.amount))
  if (!isNegative(after.minus(readDecimal(carried)))) return
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

/** What credits on the invoice have given to others and back, and what others' credits have lowered it by. */
async function readFlows(
  { db, scope }: Scoped,
  invoiceId: string,
): Promise<{ readonly carried: string; readonly received: string }> {
  const { rows } = await sql<{ carried: string; received: string }>`
    with credits as (
      select id from credit_notes where environment_id = ${scope.environmentId} and invoice_id = ${invoiceId}
      union all select id from late_credits where invoice_id = ${invoiceId}
      union all select id from line_credits where invoice_id = ${invoiceId}),
    adjustments as (
      select a.invoice_id, a.amount, c.id is not null as is_own
      from invoice_adjustments a
      left join credits c on c.id = coalesce(a.credit_note_id, a.late_credit_id, a.line_credit_id)
      where a.environment_id = ${scope.environmentId} and a.voided_at is null and (a.invoice_id = ${invoiceId}
        or a.invoice_id in (select o.id from invoices i join invoices o on o.environment_id = i.environment_id
          and o.subscription_id = i.subscription_id where i.environment_id = ${scope.environmentId} and i.id = ${invoiceId})))
    select coalesce(sum(amount) filter (where is_own and invoice_id <> ${invoiceId}), 0)
        + (select coalesce(sum(amount), 0) from refunds where environment_id = ${scope.environmentId}
          and invoice_id = ${invoiceId}) as carried,
      coalesce(sum(amount) filter (where not is_own and invoice_id = ${invoiceId}), 0) as received
    from adjustments`.execute(db)
  return rows[0] ?? { carried: '0', received: '0' }
}
