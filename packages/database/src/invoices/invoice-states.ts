import { assert, CodedError, notFound } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { type Reading, reading, together } from '../connection/together.ts'
import { failPendingCredits } from '../wallets/pending-credits.ts'
import { returnInvoiceCredits } from '../wallets/return-credits.ts'
import { historyRow } from './invoice-writes.ts'
import type { InvoiceRow } from './invoices.ts'
import { noteVoidedLateLines } from './late-notices.ts'
import { refuseBilledLate, refuseLinesCredited, refuseNoted, refusePaid } from './refuse-voiding.ts'

/** Holds an invoice until the caller's transaction ends. @throws not_found */
export async function lockInvoice(scoped: Scoped, id: string): Promise<InvoiceRow> {
  assert(scoped.db.isTransaction, 'an invoice is held in a transaction')
  const row = await scoped.db
    .selectFrom('invoices')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('Invoice', id)
  return row
}

/** Holds invoices until the caller's transaction ends, in the order of their ids; what does not exist is left out. */
export async function lockInvoices(scoped: Scoped, ids: readonly string[]): Promise<InvoiceRow[]> {
  assert(scoped.db.isTransaction, 'invoices are held in a transaction')
  return scoped.db
    .selectFrom('invoices')
    .selectAll()
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .orderBy('id')
    .forUpdate()
    .execute()
}

/**
 * What can be seen of the events from now on: a rating that counts by it, in the same transaction, and no later event
 * make the difference between billed and late exact, however long its statements take.
 */
export async function takeUsageSnapshot(scoped: Scoped): Promise<string> {
  const [snapshot] = await together(scoped, usageSnapshot())
  return snapshot
}

/** The same, to be sent behind what the transaction holds. */
export function usageSnapshot(): Reading<string> {
  const statement = sql<{ snapshot: string }>`select pg_current_snapshot()::text as snapshot`
  return reading(statement, ([row]) => {
    assert(row, 'a select without a table yields a row')
    return row.snapshot
  })
}

/**
 * Voids a draft or a finalized invoice: its lines' spans can be billed again, its number stays, and credits that paid it
 * come back. Of one that is
 * voided already nothing changes.
 *
 * @throws not_found; invalid_operation for a skipped one; in_use for one that has been paid, or credited,
 *   which names by what
 */
export function voidInvoice(scoped: Scoped, id: string, now: Date): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    await lockSubscriptionOf(transaction, id)
    const { invoice_status: before, amount_paid, payment_status } = await lockInvoice(transaction, id)
    if (before === 'VOIDED') return
    if (before === 'SKIPPED') throw refused(id, 'is SKIPPED: there is nothing to void', before)
    if (isPositive(readDecimal(amount_paid))) await refusePaid(transaction, id)
    await refuseNoted(transaction, id)
    await refuseBilledLate(transaction, id)
    await refuseLinesCredited(transaction, id)
    await returnInvoiceCredits(transaction, id, now)
    await failPendingCredits(transaction, id, now)
    await noteVoidedLateLines(transaction, id, now)
    await transaction.db
      .updateTable('invoices')
      .set({
        invoice_status: 'VOIDED',
        payment_status: payment_status === 'SUCCEEDED' ? 'SUCCEEDED' : 'VOIDED',
        voided_at: now,
        version: sql`version + 1`,
        ...change(scoped.scope, now),
      })
      .where('id', '=', id)
      .execute()
    await transaction.db
      .updateTable('invoice_line_items')
      .set({ is_voided: true, ...change(scoped.scope, now) })
      .where('invoice_id', '=', id)
      .execute()
    const to = 'VOIDED'
    const rows = [
      { field: 'invoice_status', from: before, to } as const,
      ...(payment_status === 'SUCCEEDED'
        ? []
        : [{ field: 'payment_status', from: payment_status, to } as const]),
    ].map((one) => historyRow(transaction, { invoiceId: id, reason: 'voided', now, ...one }))
    await transaction.db.insertInto('invoice_history').values(rows).execute()
  })
}

/** In the one order of locks, before the invoice: whoever adds late lines to its lines holds it. */
export async function lockSubscriptionOf({ db, scope }: Scoped, invoiceId: string): Promise<void> {
  await sql`
    select from subscriptions s where s.environment_id = ${scope.environmentId} and s.id = (
      select i.subscription_id from invoices i
      where i.environment_id = ${scope.environmentId} and i.id = ${invoiceId})
    for update`.execute(db)
}

/** What was made in the place of a voided invoice, which the caller holds. */
export async function keepReplacement(
  scoped: Scoped,
  { id, replacementId, now }: { id: string; replacementId: string; now: Date },
): Promise<void> {
  await scoped.db
    .updateTable('invoices')
    .set({
      recalculated_invoice_id: replacementId,
      version: sql`version + 1`,
      ...change(scoped.scope, now),
    })
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('invoice_status', '=', 'VOIDED')
    .execute()
}

function refused(id: string, why: string, status: string): CodedError {
  return new CodedError('invalid_operation', `Invoice ${id} ${why}`, { details: { invoice_status: status } })
}
