import { assert } from '@flexprice/domain'
import { lowerDue } from '@flexprice/domain/invoice'
import { type Decimal, readDecimal, sumDecimals, zero } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { ClosingInvoice } from '../invoices/closing-invoice.ts'
import { insertInvoices } from '../invoices/invoice-writes.ts'
import type { LateCreditTable } from '../tables/invoice-tables.ts'
import type { OwedCredit } from './owed-credits.ts'
import { settleCredits } from './settle-credits.ts'

export type NewLateCredit = Omit<NewRecord<LateCreditTable>, 'id' | 'remaining_amount'>

/** Keeps what late usage has lowered final lines by. */
export async function insertLateCredits(
  scoped: Scoped,
  credits: readonly NewLateCredit[],
  now: Date,
): Promise<void> {
  if (credits.length === 0) return
  const rows = credits.map((credit) => ({
    id: newId('lateCredit'),
    ...credit,
    remaining_amount: credit.amount,
  }))
  await insertRecords('late_credits', audited(scoped, rows, now)).execute(scoped.db)
}

/**
 * Settles what the subscriptions' credits are, as `settleCredits` does: those that are being closed are lowered last, and
 * what none of them takes goes back. In the transaction that holds the subscriptions and the drafts: a fixed number of
 * statements, one without credits. A draft that is not written yet is written where its subscription has credits.
 *
 * @returns the invoices that are being closed, with what is due of them by now
 */
export async function applyLateCredits(
  scoped: Scoped,
  { subscriptionIds, closings }: { subscriptionIds: readonly string[]; closings: readonly ClosingInvoice[] },
  now: Date,
): Promise<readonly ClosingInvoice[]> {
  assert(scoped.db.isTransaction, 'credits are spent in a transaction')
  const credits = await readOpenCredits(scoped, subscriptionIds)
  if (credits.length === 0) return closings
  const owners = new Set(credits.map(({ subscription_id }) => subscription_id))
  const drafts = closings.flatMap(({ unwritten }) =>
    unwritten && owners.has(unwritten.invoice.subscription_id ?? '') ? [unwritten] : [],
  )
  await insertInvoices(scoped, drafts, now)
  const written = new Set(drafts)
  const { dueOf } = await settleCredits(scoped, credits.map(owedCredit), {
    now,
    closingIds: closings.map(({ id }) => id),
    customerIds: closings.map(({ customer_id }) => customer_id),
  })
  await closeCredits(
    scoped,
    credits.map(({ id }) => id),
    now,
  )
  return closings.map((closing) => ({
    ...closing,
    amount_due: dueOf.get(closing.id) ?? closing.amount_due,
    unwritten: closing.unwritten && written.has(closing.unwritten) ? undefined : closing.unwritten,
  }))
}

function owedCredit({ id, invoice_id: invoiceId, remaining_amount }: OpenCreditRow): OwedCredit {
  return {
    ...{ kind: 'late_credit', id, invoiceId, amount: readDecimal(remaining_amount) },
    ...{ target: 'PREPAID_WALLET', reason: 'OTHER' },
  }
}

/** What a subscription's credits, and those that come with it, would lower an invoice by that was closed now. */
export async function previewLateCredits(
  scoped: Scoped,
  { subscriptionId, coming, due }: { subscriptionId: string; coming: readonly NewLateCredit[]; due: Decimal },
): Promise<Decimal> {
  const credits = [
    ...(await readOpenCredits(scoped, [subscriptionId])),
    ...coming.map(({ invoice_id, late_of: id, amount }) => ({ id, invoice_id, remaining_amount: amount })),
  ]
  if (credits.length === 0) return zero
  const open = await readOpenInvoices(scoped, subscriptionId)
  const previewed = { id: '', remaining: due }
  const lowered = lowerDue(credits.map(openCredit), [...open.map(openInvoice), previewed])
  return sumDecimals(
    lowered.filter(({ invoiceId }) => invoiceId === previewed.id).map(({ amount }) => amount),
  )
}

interface OpenCreditRow {
  readonly id: string
  readonly subscription_id: string
  readonly invoice_id: string
  readonly remaining_amount: string
}

function openCredit({
  id,
  invoice_id: invoiceId,
  remaining_amount: remaining,
}: Omit<OpenCreditRow, 'subscription_id'>) {
  return { id, invoiceId, remaining: readDecimal(remaining) }
}

function openInvoice({ id, amount_remaining: remaining }: { id: string; amount_remaining: string }) {
  return { id, remaining: readDecimal(remaining) }
}

async function readOpenCredits({ db }: Scoped, subscriptionIds: readonly string[]) {
  if (subscriptionIds.length === 0) return []
  const { rows } = await sql<OpenCreditRow>`
    select id, subscription_id, invoice_id, remaining_amount from late_credits
    where subscription_id = any (${subscriptionIds}::text[]) and remaining_amount > 0 order by id`.execute(db)
  return rows
}

async function readOpenInvoices(
  { db, scope }: Scoped,
  subscriptionId: string,
): Promise<{ id: string; amount_remaining: string }[]> {
  return await db
    .selectFrom('invoices')
    .select(['id', 'amount_remaining'])
    .where('environment_id', '=', scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .where('invoice_status', '=', 'FINALIZED')
    .where(sql<boolean>`amount_remaining > 0`)
    .orderBy('id')
    .execute()
}

/** All of them has gone somewhere. */
async function closeCredits({ db, scope }: Scoped, ids: readonly string[], now: Date): Promise<void> {
  await db
    .updateTable('late_credits')
    .set({ remaining_amount: '0', ...change(scope, now) })
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .execute()
}
