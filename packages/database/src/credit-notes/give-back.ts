import { CodedError } from '@flexprice/domain'
import { refundable, refundPayments, refundReasonOf } from '@flexprice/domain/credit-note'
import { type Decimal, formatDecimal, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { RefundTarget } from '../tables/credit-note-tables.ts'
import type { CreditNoteRow } from './credit-notes.ts'

export interface MoneyBack {
  readonly note: CreditNoteRow
  /** What of the note could not lower what is due: more than 0. */
  readonly amount: Decimal
  /** Null: nobody said, which means the wallet. */
  readonly target: RefundTarget | null
}

/**
 * The one way in which money goes back (billing rules, sections 6 and 12), by where it goes. The caller holds the note's
 * invoice. Credits that paid it will be given back here first, before any of it is money.
 *
 * @throws not_implemented for the wallet; state_conflict where its payments have not brought as much
 */
export async function giveBack(scoped: Scoped, back: MoneyBack, now: Date): Promise<void> {
  switch (back.target) {
    case 'BACK_TO_SOURCE':
      return await refundToSource(scoped, back, now)
    case 'PREPAID_WALLET':
    case null:
      throw walletNotBuilt(back)
  }
}

function walletNotBuilt({ amount, note: { currency } }: MoneyBack): CodedError {
  const problem = `PREPAID_WALLET is not implemented, and ${formatDecimal(amount)} ${currency} is not due any more: it can go BACK_TO_SOURCE`
  return new CodedError('not_implemented', `refund_target: ${problem}`, {
    details: { fields: [{ path: 'refund_target', message: problem }] },
  })
}

/** Recorded, as whoever received it OFFLINE gives it back: at once, a row for each payment that it comes from. */
async function refundToSource(scoped: Scoped, { note, amount }: MoneyBack, now: Date): Promise<void> {
  const payments = await readPaidMoney(scoped, note.invoice_id)
  const refunds = refundPayments(amount, payments)
  if (!refunds) {
    const most = formatDecimal(refundable(payments))
    const message = `Of credit note ${note.id} ${formatDecimal(amount)} ${note.currency} would be money, and of what was paid on invoice ${note.invoice_id} ${most} was not given back`
    throw new CodedError('state_conflict', message, { details: { refundable_amount: most } })
  }
  const rows = refunds.map((refund) => ({
    id: newId('refund'),
    credit_note_id: note.id,
    invoice_id: note.invoice_id,
    payment_id: refund.paymentId,
    currency: note.currency,
    amount: formatDecimal(refund.amount),
    refund_destination: 'OUT_OF_BAND',
    refund_reason: refundReasonOf[note.reason],
    refund_status: 'SUCCEEDED',
    succeeded_at: now,
  }))
  await insertRecords('refunds', audited(scoped, rows, now)).execute(scoped.db)
  await addRefunded(scoped, note.invoice_id, amount, now)
}

/** What was paid on an invoice in money, which CREDITS are not, oldest first, with what of each was given back. */
async function readPaidMoney({ db, scope }: Scoped, invoiceId: string) {
  const { rows } = await sql<{ id: string; amount: string; refunded: string }>`
    select p.id, p.amount, (select coalesce(sum(r.amount), 0) from refunds r where r.payment_id = p.id) as refunded
    from payments p
    where p.environment_id = ${scope.environmentId} and p.invoice_id = ${invoiceId}
      and p.payment_status = 'SUCCEEDED' and p.payment_method_type <> 'CREDITS'
    order by p.succeeded_at, p.id`.execute(db)
  return rows.map(({ id, amount, refunded }) => {
    return { id, amount: readDecimal(amount), refunded: readDecimal(refunded) }
  })
}

async function addRefunded(
  { db, scope }: Scoped,
  invoiceId: string,
  amount: Decimal,
  now: Date,
): Promise<void> {
  await db
    .updateTable('invoices')
    .set({
      refunded_amount: sql`refunded_amount + ${formatDecimal(amount)}::numeric`,
      version: sql`version + 1`,
      ...change(scope, now),
    })
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', invoiceId)
    .execute()
}
