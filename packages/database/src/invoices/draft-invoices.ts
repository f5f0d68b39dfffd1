import { assert } from '@flexprice/domain'
import { instantText } from '@flexprice/domain/time'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { InvoiceTable } from '../tables/invoice-tables.ts'
import {
  assertDraft,
  insertInvoices,
  lineRow,
  type NewInvoice,
  type NewInvoiceLine,
} from './invoice-writes.ts'

/** What there is of a draft that was wanted: no invoice of its identity as yet, its draft, or one that is closed and stays. */
export interface DraftOutcome {
  /** Its own where there is none. */
  readonly invoiceId: string
  readonly state: 'missing' | 'draft' | 'closed'
  /** Of a draft that was there: what is due of it by now, as a change may have lowered it. */
  readonly amountDue?: string | undefined
}

/**
 * Makes the drafts, or brings those of the same identity up to date: asking again gives the same invoices
 * (billing rules, section 5). Lines are replaced as a set, in the caller's transaction, which holds the
 * subscriptions: a fixed number of statements, however many drafts.
 *
 * @returns for each, in the order given, what there was
 */
export async function writeDrafts(
  scoped: Scoped,
  drafts: readonly NewInvoice[],
  now: Date,
): Promise<DraftOutcome[]> {
  const outcomes = await refreshDrafts(scoped, drafts, now)
  const missing = drafts.filter((_, index) => outcomes[index]?.state === 'missing')
  await insertInvoices(scoped, missing, now)
  return outcomes
}

/** The one half of `writeDrafts`: what is missing is the caller's to write, if need be closed at once. */
export async function refreshDrafts(
  scoped: Scoped,
  drafts: readonly NewInvoice[],
  now: Date,
): Promise<DraftOutcome[]> {
  assert(scoped.db.isTransaction, 'drafts are written with what they are made from held')
  if (drafts.length === 0) return []
  const existing = await lockSame(scoped, drafts)
  const outcomes = drafts.map(({ invoice }): DraftOutcome => {
    const before = existing.get(identityOf(invoice))
    if (!before) return { invoiceId: invoice.id, state: 'missing' }
    return { invoiceId: before.id, state: before.invoice_status === 'DRAFT' ? 'draft' : 'closed' }
  })
  const refreshed = drafts.flatMap((draft, index) => {
    const { invoiceId, state } = outcomes[index] ?? {}
    return invoiceId !== undefined && state === 'draft' ? [{ draft, invoiceId }] : []
  })
  const dueOf = await replaceDrafts(scoped, refreshed, now)
  return outcomes.map((one) => ({ ...one, amountDue: dueOf.get(one.invoiceId) }))
}

/**
 * Puts other sums and lines in the place of the drafts' own; they keep their ids, and those of their lines that are
 * in the new ones stay as they are, as does what changes have lowered them by. They are held by the caller.
 *
 * @returns what is due of each by now
 */
export async function replaceDrafts(
  scoped: Scoped,
  drafts: readonly { readonly draft: NewInvoice; readonly invoiceId: string }[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  if (drafts.length === 0) return new Map()
  for (const { draft } of drafts) assertDraft(draft)
  const ids = drafts.map(({ invoiceId }) => invoiceId)
  const kept = await keepLines(
    scoped,
    ids,
    drafts.flatMap(({ draft }) => draft.lines),
  )
  const lines = drafts.flatMap(({ draft, invoiceId }) =>
    draft.lines
      .filter(({ id }) => !kept.has(id))
      .map((line) => lineRow({ ...draft.invoice, id: invoiceId }, line)),
  )
  if (lines.length > 0) {
    await insertRecords('invoice_line_items', audited(scoped, lines, now)).execute(scoped.db)
  }
  const sums = Object.fromEntries(drafts.map(({ draft: { invoice }, invoiceId }) => [invoiceId, invoice]))
  const { updated_by, updated_at } = change(scoped.scope, now)
  // By the id, as in `finalizeInvoices`.
  const { rows } = await sql<{ id: string; amount_due: string }>`
    update invoices i set (subtotal, total_discount, total_tax, total_prepaid_credits_applied, total,
        amount_due, amount_paid, last_computed_at, finalize_at) = (
      select subtotal, total_discount, total_tax, total_prepaid_credits_applied, total,
        amount_due - i.adjustment_amount, amount_paid, last_computed_at, coalesce(d.finalize_at, i.finalize_at)
      from jsonb_to_record(${JSON.stringify(sums)}::jsonb -> i.id) as d (subtotal numeric, total_discount numeric,
        total_tax numeric, total_prepaid_credits_applied numeric, total numeric, amount_due numeric, amount_paid numeric, last_computed_at timestamptz, finalize_at timestamptz)),
      version = i.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    where i.environment_id = ${scoped.scope.environmentId} and i.id = any (${ids}::text[])
      and i.invoice_status = 'DRAFT'
    returning i.id, i.amount_due`.execute(scoped.db)
  return new Map(rows.map(({ id, amount_due }) => [id, amount_due]))
}

/** Deletes the invoices' other lines. @returns the ids of those that are there */
async function keepLines(
  scoped: Scoped,
  invoiceIds: readonly string[],
  lines: readonly NewInvoiceLine[],
): Promise<ReadonlySet<string>> {
  const ofInvoices = sql<boolean>`invoice_id = any (${invoiceIds}::text[])`
  await scoped.db
    .deleteFrom('invoice_line_items')
    .where(ofInvoices)
    .where(sql<boolean>`not id = any (${lines.map(({ id }) => id)}::text[])`)
    .execute()
  const rows = await scoped.db.selectFrom('invoice_line_items').select('id').where(ofInvoices).execute()
  return new Set(rows.map(({ id }) => id))
}

type Identity = Pick<
  Selectable<InvoiceTable>,
  'subscription_id' | 'billing_reason' | 'period_start' | 'period_end' | 'request_key'
>

function identityOf(invoice: Identity): string {
  return JSON.stringify([
    invoice.subscription_id,
    invoice.billing_reason,
    invoice.period_start?.getTime(),
    invoice.period_end?.getTime(),
    invoice.request_key,
  ])
}

/** Each by its own probe of the identity's index, which `offset 0` keeps whatever statistics say of the table. */
async function lockSame(scoped: Scoped, drafts: readonly NewInvoice[]) {
  const column = <Value>(pick: (invoice: NewInvoice['invoice']) => Value) =>
    drafts.map(({ invoice }) => pick(invoice))
  const { rows } = await sql<Identity & Pick<Selectable<InvoiceTable>, 'id' | 'invoice_status'>>`
    select i.id, i.invoice_status, i.subscription_id, i.billing_reason, i.period_start, i.period_end, i.request_key
    from unnest(${column((one) => one.subscription_id)}::text[], ${column((one) => one.billing_reason)}::text[],
      ${column((one) => one.period_start && instantText(one.period_start))}::timestamptz[],
      ${column((one) => one.period_end && instantText(one.period_end))}::timestamptz[])
      as wanted (subscription_id, billing_reason, period_start, period_end)
    cross join lateral (
      select * from invoices
      where environment_id = ${scoped.scope.environmentId} and subscription_id = wanted.subscription_id
        and billing_reason = wanted.billing_reason and period_start = wanted.period_start
        and period_end = wanted.period_end and invoice_status <> 'VOIDED'
      offset 0 for update) i`.execute(scoped.db)
  return new Map(rows.map((row) => [identityOf(row), row]))
}
