import { assert, CodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { type InvoiceRow, lockInvoices, lockSubscriptionOf, noteVoidedCredits } from '../invoices/index.ts'
import { historyRow } from '../invoices/invoice-writes.ts'
import { listOverdrawn } from '../payments/index.ts'
import { type CreditNoteRow, getCreditNote } from './credit-notes.ts'

/**
 * Voids a draft, or a note that has only lowered what is due and of which nobody has made use: its number stays, what
 * it lowered is due again. Of one that is voided already nothing changes.
 *
 * @throws not_found; state_conflict for one that gave money back, or where an invoice that it lowered was paid since, or
 *   was credited so that this has gone elsewhere
 */
export function voidCreditNote(scoped: Scoped, id: string, now: Date): Promise<CreditNoteRow> {
  return inTransaction(scoped, async (transaction) => {
    const { invoice_id } = await getCreditNote(transaction, id)
    await lockSubscriptionOf(transaction, invoice_id)
    const adjusted = await listAdjustedInvoices(transaction, id)
    const invoices = await lockInvoices(transaction, [invoice_id, ...adjusted])
    const note = await getCreditNote(transaction, id)
    const status = note.credit_note_status
    if (status === 'VOIDED') return note
    if (status === 'FINALIZED') {
      if (note.credit_note_type === 'REFUND') throw refused(id, 'has given money back', status)
      const raised = await raiseInvoices(transaction, id, now)
      await refuseGone(
        transaction,
        id,
        invoices.filter((invoice) => raised.includes(invoice.id)),
      )
      const was = new Map(invoices.map((invoice) => [invoice.id, invoice.payment_status]))
      await keepHistory(transaction, raised, { was, now })
      await noteVoidedCredits(transaction, id, now)
    }
    return await transaction.db
      .updateTable('credit_notes')
      .set({ credit_note_status: 'VOIDED', voided_at: now, ...change(scoped.scope, now) })
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

async function listAdjustedInvoices({ db, scope }: Scoped, id: string): Promise<string[]> {
  const rows = await db
    .selectFrom('invoice_adjustments')
    .select('invoice_id')
    .where('environment_id', '=', scope.environmentId)
    .where('credit_note_id', '=', id)
    .execute()
  return rows.map((row) => row.invoice_id)
}

/**
 * What the note has lowered is due again.
 *
 * @returns the ids of the invoices
 * @throws state_conflict where more was paid on one than when it was lowered: that was paid as the rest of it
 */
async function raiseInvoices(scoped: Scoped, id: string, now: Date): Promise<readonly string[]> {
  const { db, scope } = scoped
  const { updated_at, updated_by } = change(scope, now)
  const { rows } = await sql<{ id: string; is_used: boolean }>`
    with adjustments as (
      update invoice_adjustments set voided_at = ${now}
      where environment_id = ${scope.environmentId} and credit_note_id = ${id} and voided_at is null
      returning invoice_id, amount, paid_before
    )
    update invoices i set adjustment_amount = i.adjustment_amount - a.amount, amount_due = i.amount_due + a.amount,
      payment_status = 'PENDING', paid_at = null, version = i.version + 1, updated_at = ${updated_at},
      updated_by = ${updated_by}
    from adjustments a
    where i.environment_id = ${scope.environmentId} and i.id = a.invoice_id
    returning i.id, i.amount_paid > a.paid_before as is_used`.execute(db)
  const used = rows.find(({ is_used }) => is_used)
  if (used) throw refused(id, `has lowered invoice ${used.id}, which was paid since`, 'FINALIZED')
  assert(rows.length > 0, 'a note that gave nothing back has lowered something')
  return rows.map((row) => row.id)
}

/** What it has lowered of an invoice was as if paid: credits on that one may have given it away since. */
async function refuseGone(scoped: Scoped, id: string, lowered: readonly InvoiceRow[]): Promise<void> {
  const [gone] = await listOverdrawn(scoped, lowered)
  if (gone === undefined) return
  throw refused(
    id,
    `has lowered invoice ${gone}, of which that was credited, and has gone elsewhere`,
    'FINALIZED',
  )
}

async function keepHistory(
  scoped: Scoped,
  raised: readonly string[],
  { was, now }: { was: ReadonlyMap<string, string>; now: Date },
): Promise<void> {
  const history = raised.flatMap((invoiceId) => {
    const from = was.get(invoiceId)
    if (from === undefined || from === 'PENDING') return []
    const of = { invoiceId, field: 'payment_status', from, to: 'PENDING' } as const
    return [historyRow(scoped, { ...of, reason: 'a credit note was voided', now })]
  })
  if (history.length > 0) await insertRecords('invoice_history', history).execute(scoped.db)
}

function refused(id: string, why: string, status: string): CodedError {
  return new CodedError('state_conflict', `Credit note ${id} ${why}: it cannot be voided`, {
    details: { credit_note_status: status },
  })
}
