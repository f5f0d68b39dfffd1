import { assert } from '@flexprice/domain'
import { assertInvoice, type InvoiceAmounts, whatRemains } from '@flexprice/domain/invoice'
import { parseDecimal, zero } from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, type Computed, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import type { InvoiceLineItemTable, InvoiceTable } from '../tables/invoice-tables.ts'
import type { Metadata } from '../tables/row-types.ts'

/** A draft with its lines, as the rules made it. What it does not have yet comes as it is closed (`finalizeInvoices`). */
export interface NewInvoice {
  readonly invoice: NewRecord<
    InvoiceTable,
    | 'invoice_number'
    | 'billing_sequence'
    | 'metadata'
    | 'request_hash'
    | 'usage_snapshot'
    | 'recalculated_invoice_id'
    | 'version'
    | 'status'
    | 'amount_remaining'
    | 'overpaid_amount'
    | 'refunded_amount'
  > & { readonly metadata?: Metadata; readonly request_hash?: string }
  readonly lines: readonly NewInvoiceLine[]
}

export type NewInvoiceLine = NewRecord<
  InvoiceLineItemTable,
  | 'invoice_id'
  | 'customer_id'
  | 'subscription_id'
  | 'currency'
  | 'metadata'
  | 'is_voided'
  | 'prepaid_credits_applied'
  | 'change_id'
> & {
  readonly metadata?: Metadata
  readonly prepaid_credits_applied?: string
  readonly change_id?: string
}

/**
 * Writes drafts with their lines and the beginning of their history, in the caller's transaction, which
 * may be about any number of them: one statement. Asserts of each that its sums hold.
 *
 * @throws already_exists when an invoice of the same identity is there, or a line's span was billed
 */
export async function insertInvoices(
  scoped: Scoped,
  invoices: readonly NewInvoice[],
  now: Date,
): Promise<void> {
  if (invoices.length === 0) return
  const rows = audited(
    scoped,
    invoices.map(({ invoice }) => invoice),
    now,
  )
  const history = invoices.map(({ invoice }) => beginning(scoped, invoice.id, now))
  const invoiceInsert = insertRecords('invoices', rows, { computed: [billingSequence()] })
  const lineInsert = insertLines(scoped, invoices, now)
  const line = lineInsert ? sql`, line as (${lineInsert})` : sql``
  await sql`with invoice as (${invoiceInsert}) ${line} ${insertRecords('invoice_history', history)}`.execute(
    scoped.db,
  )
}

/** Their lines' INSERT, to be put into a WITH that also writes them; undefined where they have none. Asserts their sums. */
export function insertLines(
  scoped: Scoped,
  invoices: readonly NewInvoice[],
  now: Date,
): RawBuilder<unknown> | undefined {
  for (const invoice of invoices) assertDraft(invoice)
  const lines = invoices.flatMap(({ invoice, lines }) => lines.map((line) => lineRow(invoice, line)))
  if (lines.length === 0) return undefined
  return sql`${insertRecords('invoice_line_items', audited(scoped, lines, now))} returning 1`
}

/** An invoice begins as a draft, also one that is closed in the same instant. */
export function beginning(scoped: Scoped, invoiceId: string, now: Date) {
  return historyRow(scoped, {
    ...{ invoiceId, field: 'invoice_status', from: null, to: 'DRAFT', reason: '', now },
  })
}

/**
 * How many invoices the subscription has had with each one. Its own row's lock, or its newness, keeps others away.
 * That ids begin alike says nothing, but makes PostgreSQL expect one row: as long as statistics know of none, it would
 * else read the whole environment's index beside the subscription's, for each row.
 *
 * @param how with `areFirst` where their subscriptions are new and have one each: nothing earlier is looked for
 */
export function billingSequence({ areFirst = false } = {}): Computed {
  const expression = areFirst
    ? sql`1`
    : sql`case when new_row.subscription_id is not null then
        coalesce((select max(earlier.billing_sequence) from invoices earlier
          where earlier.subscription_id = new_row.subscription_id and earlier.id > 'inv_' and earlier.id < 'inv~'), 0)
        + row_number() over (partition by new_row.subscription_id order by new_row.id) end`
  return { column: 'billing_sequence', expression }
}

/** A change of an invoice's state as its history keeps it. */
export function historyRow(
  scoped: Scoped,
  change: {
    invoiceId: string
    field: 'invoice_status' | 'payment_status'
    from: string | null
    to: string
    reason: string
    now: Date
  },
) {
  return {
    id: newId('invoiceChange'),
    environment_id: scoped.scope.environmentId,
    invoice_id: change.invoiceId,
    field: change.field,
    from_value: change.from,
    to_value: change.to,
    reason: change.reason,
    changed_at: change.now,
    changed_by: scoped.scope.userId,
  }
}

/** A line as its invoice's row. */
export function lineRow(
  { id, customer_id, subscription_id, currency }: NewInvoice['invoice'],
  line: NewInvoiceLine,
) {
  const { prepaid_credits_applied = '0', change_id = null } = line
  return {
    ...line,
    prepaid_credits_applied,
    change_id,
    invoice_id: id,
    customer_id,
    subscription_id,
    currency,
  }
}

/** Fails the write of what is no draft, or whose sums do not hold. */
export function assertDraft({ invoice, lines }: NewInvoice): void {
  assert(invoice.invoice_status === 'DRAFT', 'an invoice is written as a draft')
  const { currency } = invoice
  const [amountDue, amountPaid] = [exact(invoice.amount_due), exact(invoice.amount_paid)]
  const amounts: InvoiceAmounts = {
    currency,
    subtotal: exact(invoice.subtotal),
    discounts: exact(invoice.total_discount),
    tax: exact(invoice.total_tax),
    credits: exact(invoice.total_prepaid_credits_applied),
    total: exact(invoice.total),
    adjustments: exact(invoice.adjustment_amount),
    amountDue,
    amountPaid,
    ...whatRemains(amountDue, amountPaid),
  }
  assertInvoice(
    amounts,
    lines.map((line) => ({
      kind: line.is_credit ? 'credit' : 'charge',
      amount: exact(line.amount),
      currency,
    })),
  )
}

function exact(text: string) {
  // Most of an invoice's sums.
  if (text === '0') return zero
  const value = parseDecimal(text)
  assert(value, () => `${text} is a decimal`)
  return value
}
