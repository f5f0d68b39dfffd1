import { assert } from '@flexprice/domain'
import { type LoweredDue, lowerDue } from '@flexprice/domain/invoice'
import { type Decimal, formatDecimal, readDecimal, sumDecimals, zero } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { LateCreditTable } from '../tables/invoice-tables.ts'
import type { ClosingInvoice } from './closing-invoice.ts'
import { historyRow, insertInvoices } from './invoice-writes.ts'

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
 * Lowers what is due by what the subscriptions' credits have left (billing rules, section 6): of the invoice that
 * billed, then of their other ones, oldest first, those that are being closed last. What is left then stays with the
 * credit for the next closing: giving back credits that paid, and wallets, come with their own change.
 *
 * In the transaction that holds the subscriptions and the drafts: a fixed number of statements, one without credits.
 * A draft that is not written yet is written where its subscription has credits.
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
  const creditsOf = Map.groupBy(credits, ({ subscription_id }) => subscription_id)
  const drafts = closings.flatMap(({ unwritten }) =>
    unwritten && creditsOf.has(unwritten.invoice.subscription_id ?? '') ? [unwritten] : [],
  )
  await insertInvoices(scoped, drafts, now)
  const written = new Set(drafts)
  const closingIds = closings.map(({ id }) => id)
  const invoices = await readOpenInvoices(scoped, [...creditsOf.keys()], { closingIds, lock: true })
  const invoicesOf = Map.groupBy(invoices, ({ subscription_id }) => subscription_id)
  const lowered = [...creditsOf].flatMap(([subscriptionId, some]) =>
    lowerDue(some.map(openCredit), (invoicesOf.get(subscriptionId) ?? []).map(openInvoice)),
  )
  const dueOf = await lowerAll(scoped, lowered, now)
  return closings.map((closing) => ({
    ...closing,
    amount_due: dueOf.get(closing.id) ?? closing.amount_due,
    unwritten: closing.unwritten && written.has(closing.unwritten) ? undefined : closing.unwritten,
  }))
}

/** @returns what is due by now of the invoices that were lowered */
async function lowerAll(
  scoped: Scoped,
  lowered: readonly LoweredDue[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  if (lowered.length === 0) return new Map()
  await takeFromCredits(scoped, lowered, now)
  return lowerInvoices(scoped, lowered, now)
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
  const open = await readOpenInvoices(scoped, [subscriptionId], { closingIds: [], lock: false })
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

/** In the order of their ids, as everybody holds them; those that are closed just now at the end. */
async function readOpenInvoices(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
  { closingIds, lock }: { closingIds: readonly string[]; lock: boolean },
) {
  const { rows } = await sql<{ id: string; subscription_id: string; amount_remaining: string }>`
    select id, subscription_id, amount_remaining from invoices
    where environment_id = ${scope.environmentId} and subscription_id = any (${subscriptionIds}::text[])
      and (invoice_status = 'FINALIZED' or invoice_status = 'DRAFT' and id = any (${closingIds}::text[]))
      and amount_remaining > 0
    order by id ${lock ? sql`for update` : sql``}`.execute(db)
  const closing = new Set(closingIds)
  return rows.toSorted((left, right) => Number(closing.has(left.id)) - Number(closing.has(right.id)))
}

async function takeFromCredits(scoped: Scoped, lowered: readonly LoweredDue[], now: Date): Promise<void> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  const adjustments = lowered.map(({ creditId, invoiceId, amount }) => ({
    id: newId('invoiceAdjustment'),
    environment_id: scoped.scope.environmentId,
    invoice_id: invoiceId,
    late_credit_id: creditId,
    amount: formatDecimal(amount),
    adjusted_at: now,
    adjusted_by: scoped.scope.userId,
  }))
  await insertRecords('invoice_adjustments', adjustments).execute(scoped.db)
  const taken = sumsBy(lowered, ({ creditId }) => creditId)
  await sql`
    update late_credits c set remaining_amount = c.remaining_amount - t.amount, updated_at = ${updated_at},
      updated_by = ${updated_by}
    from unnest(${taken.map(({ id }) => id)}::text[], ${taken.map(({ amount }) => amount)}::numeric[]) as t (id, amount)
    where c.id = t.id`.execute(scoped.db)
}

async function lowerInvoices(
  scoped: Scoped,
  lowered: readonly LoweredDue[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const by = sumsBy(lowered, ({ invoiceId }) => invoiceId)
  const { updated_at, updated_by } = change(scoped.scope, now)
  const { rows } = await sql<{ id: string; amount_due: string; is_paid_now: boolean; was: string }>`
    update invoices i set adjustment_amount = i.adjustment_amount + l.amount, amount_due = i.amount_due - l.amount,
      payment_status = case when l.is_paid_now then 'SUCCEEDED' else i.payment_status end,
      paid_at = case when l.is_paid_now then ${updated_at} else i.paid_at end,
      version = i.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    from (
      select given.*, before.payment_status as was,
        before.invoice_status = 'FINALIZED' and before.amount_remaining = given.amount as is_paid_now
      from unnest(${by.map(({ id }) => id)}::text[], ${by.map(({ amount }) => amount)}::numeric[]) as given (id, amount)
      join invoices before on before.environment_id = ${scoped.scope.environmentId} and before.id = given.id
    ) l
    where i.environment_id = ${scoped.scope.environmentId} and i.id = l.id
    returning i.id, i.amount_due, l.is_paid_now, l.was`.execute(scoped.db)
  assert(rows.length === by.length, 'every invoice that is held is lowered')
  const paid = rows.filter(({ is_paid_now }) => is_paid_now)
  if (paid.length > 0) {
    const reason = 'credits of late usage'
    const history = paid.map(({ id, was }) =>
      historyRow(scoped, {
        invoiceId: id,
        field: 'payment_status',
        from: was,
        to: 'SUCCEEDED',
        reason,
        now,
      }),
    )
    await insertRecords('invoice_history', history).execute(scoped.db)
  }
  return new Map(rows.map(({ id, amount_due }) => [id, amount_due]))
}

function sumsBy(lowered: readonly LoweredDue[], key: (one: LoweredDue) => string) {
  return [...Map.groupBy(lowered, key)].map(([id, some]) => {
    return { id, amount: formatDecimal(sumDecimals(some.map(({ amount }) => amount))) }
  })
}
