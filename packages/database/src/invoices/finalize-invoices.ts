import { assert } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { applyCredits, type CreditedInvoice } from './apply-credits.ts'
import type { ClosingInvoice } from './closing-invoice.ts'
import { invoiceNumberAt, takeInvoiceNumbers } from './invoice-numbers.ts'
import { beginning, billingSequence, historyRow, insertLines } from './invoice-writes.ts'

export type ClosedStatus = 'FINALIZED' | 'SKIPPED'

/**
 * The one way to close invoices (billing rules, section 5): FINALIZED with the next numbers, in the order given, or
 * SKIPPED when there is nothing to bill. The caller holds the drafts, or the subscriptions of those that are not written
 * as yet, and has just rated them, in its transaction: a fixed number of statements however many they are, the last of
 * which is the transaction's last. Prepaid credits pay what they can (billing rules, section 11). Nothing to pay counts
 * as paid.
 *
 * @param how with `areFirst` where none of them is written, their subscriptions are new and have one each
 * @returns what became of each, in the order given
 * @throws already_exists as `insertInvoices` does
 */
export async function finalizeInvoices(
  scoped: Scoped,
  invoices: readonly ClosingInvoice[],
  now: Date,
  { areFirst = false } = {},
): Promise<readonly ClosedStatus[]> {
  assert(scoped.db.isTransaction, 'invoices are closed with what they were rated from held')
  if (invoices.length === 0) return []
  const closed = numbered(await applyCredits(scoped, invoices, now))
  const before = linesAndHistory(scoped, closed, now)
  const number = takeInvoiceNumbers(scoped, {
    count: closed.filter(({ position }) => position !== null).length,
    finalizedAt: now,
    after: before.map(({ name }) => name),
  })
  const unwritten = closed.filter((one) => one.unwritten !== undefined)
  const written = closed.filter((one) => one.unwritten === undefined)
  const closings = [
    ...writeClosed(scoped, unwritten, { now, areFirst }),
    ...closeWritten(scoped, written, now),
  ]
  const { rows } = await sql<{ closed: number }>`
    with ${sql.join([...before, { name: 'number', statement: number }, ...closings].map(asPart))}
    select ${sql.join(closings.map(countOf), sql` + `)} as closed`.execute(scoped.db)
  assert(rows[0]?.closed === invoices.length, 'every draft that is held is still one')
  return closed.map(({ status }) => status)
}

/** Of a WITH. */
interface Part {
  readonly name: string
  readonly statement: RawBuilder<unknown>
}

function asPart({ name, statement }: Part): RawBuilder<unknown> {
  return sql`${sql.ref(name)} as (${statement})`
}

function countOf({ name }: Part): RawBuilder<unknown> {
  return sql`(select count(*) from ${sql.ref(name)})`
}

interface Closed extends CreditedInvoice {
  readonly status: ClosedStatus
  /** Among those that get a number, from 1 on; null for the others. */
  readonly position: number | null
}

function numbered(invoices: readonly CreditedInvoice[]): readonly Closed[] {
  let last = 0
  return invoices.map((invoice) => {
    const status = closedStatus(invoice)
    return { ...invoice, status, position: status === 'FINALIZED' ? ++last : null }
  })
}

/** Nothing to bill is skipped; as a trial begins, the invoice of nothing is what tells of it (billing rules, section 7). */
function closedStatus({ billing_reason, subtotal }: ClosingInvoice): ClosedStatus {
  if (billing_reason === 'SUBSCRIPTION_TRIAL_START') return 'FINALIZED'
  return isPositive(readDecimal(subtotal)) ? 'FINALIZED' : 'SKIPPED'
}

/** What is written before numbers are taken. */
function linesAndHistory(scoped: Scoped, closed: readonly Closed[], now: Date): readonly Part[] {
  const unwritten = closed.flatMap((one) => one.unwritten ?? [])
  const lines = insertLines(scoped, unwritten, now)
  const history = insertRecords(
    'invoice_history',
    closed.flatMap((one) => historyOf(scoped, one, now)),
  )
  return [
    ...(lines ? [{ name: 'line', statement: lines }] : []),
    { name: 'history', statement: sql`${history} returning 1` },
  ]
}

/** It begins, if that is not written yet; it is closed; and with nothing to pay it is paid. */
function historyOf(
  scoped: Scoped,
  { id: invoiceId, status: to, unwritten, amount_due, credits }: Closed,
  now: Date,
) {
  const reason = to === 'SKIPPED' ? 'nothing to bill' : 'finalized'
  const closed = { invoiceId, field: 'invoice_status', from: 'DRAFT', to, reason, now } as const
  const paid = {
    ...closed,
    field: 'payment_status',
    from: 'PENDING',
    to: 'SUCCEEDED',
    reason: isNothing(credits) ? 'nothing to pay' : 'paid by credits',
  } as const
  return [
    ...(unwritten ? [beginning(scoped, invoiceId, now)] : []),
    ...(isNothing(amount_due) ? [closed, paid] : [closed]).map((one) => historyRow(scoped, one)),
  ]
}

function isNothing(amount: string): boolean {
  return !isPositive(readDecimal(amount))
}

function closedColumns({ status, position, amount_due, dueDate, seenBy, unwritten }: Closed, now: Date) {
  const isFinal = status === 'FINALIZED'
  const isPaid = isNothing(amount_due)
  return {
    invoice_status: status,
    position,
    payment_status: isPaid ? 'SUCCEEDED' : 'PENDING',
    issue_date: unwritten?.invoice.issue_date ?? (isFinal ? now : null),
    due_date: isFinal ? dueDate : null,
    finalized_at: isFinal ? now : null,
    paid_at: isFinal && isPaid ? now : null,
    usage_snapshot: seenBy,
  }
}

/** Lines and history come before it, whatever refers to what: foreign keys are looked at as the statement ends. */
function writeClosed(
  scoped: Scoped,
  closed: readonly Closed[],
  { now, areFirst }: { now: Date; areFirst: boolean },
): readonly Part[] {
  if (closed.length === 0) return []
  const rows = closed.map((one) => ({ ...one.unwritten?.invoice, ...closedColumns(one, now) }))
  const insert = insertRecords('invoices', audited(scoped, rows, now), {
    given: ['position'],
    computed: [
      billingSequence({ areFirst }),
      { column: 'invoice_number', expression: invoiceNumberAt(sql`new_row.position`) },
    ],
  })
  return [{ name: 'written', statement: sql`${insert} returning 1` }]
}

/**
 * Each looks its values up by its id: a join's plan, made while statistics still call the table empty, reads all of an
 * environment's invoices, and all values for each of them.
 */
function closeWritten(scoped: Scoped, closed: readonly Closed[], now: Date): readonly Part[] {
  if (closed.length === 0) return []
  const values = Object.fromEntries(
    closed.map((one) => [one.id, { ...closedColumns(one, now), credits: one.credits }]),
  )
  const { updated_at, updated_by } = change(scoped.scope, now)
  const statement = sql`
    update invoices i set (invoice_status, invoice_number, payment_status, issue_date, due_date, finalized_at,
        paid_at, usage_snapshot, total_prepaid_credits_applied, total, amount_due) = (
      select invoice_status, ${invoiceNumberAt(sql`c.position`)}, payment_status, coalesce(i.issue_date, c.issue_date), due_date, finalized_at,
        paid_at, usage_snapshot, credits, i.total - credits, i.amount_due - credits
      from jsonb_to_record(${JSON.stringify(values)}::jsonb -> i.id) as c (invoice_status text, position integer,
        payment_status text, issue_date timestamptz, due_date timestamptz, finalized_at timestamptz,
        paid_at timestamptz, usage_snapshot pg_snapshot, credits numeric)),
      finalize_at = null, version = i.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    where i.environment_id = ${scoped.scope.environmentId} and i.invoice_status = 'DRAFT'
      and i.id = any (${closed.map(({ id }) => id)}::text[])
    returning 1`
  return [{ name: 'closed', statement }]
}
