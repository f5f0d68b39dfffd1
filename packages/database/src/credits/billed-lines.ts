import type { BilledLine } from '@flexprice/domain/credit-note'
import { readDecimal } from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type Reading, reading, together } from '../connection/together.ts'

/** A line that was billed, with what else is kept of it. */
export interface BilledLineRow extends BilledLine {
  readonly invoiceId: string
  /** The line itself, or of late usage the one that it was added to: those are credited together. */
  readonly firstLineId: string
  readonly displayName: string
}

/** All lines of an invoice, by their ids. */
export async function readInvoiceLines(scoped: Scoped, invoiceId: string): Promise<readonly BilledLineRow[]> {
  const [lines] = await together(scoped, linesThat(scoped, sql`l.invoice_id = ${invoiceId}`))
  return lines
}

/** Lines of any invoices, however many in one statement: what changes and cancellations may credit of each. */
export async function readBilledLines(
  scoped: Scoped,
  lineIds: readonly string[],
): Promise<readonly BilledLineRow[]> {
  const [lines] = await together(scoped, billedLines(scoped, lineIds))
  return lines
}

/**
 * The same, to be sent beside others.
 *
 * @param beside a WITH whose writes the same statement makes, and does not see
 */
export function billedLines(
  scoped: Scoped,
  lineIds: readonly string[],
  beside: RawBuilder<unknown> = sql``,
): Reading<readonly BilledLineRow[]> {
  return linesThat(scoped, sql`l.id = any (${lineIds}::text[])`, beside)
}

/**
 * What each line was billed, and what of it was credited already, by finalized notes, changes and cancellations. What
 * late usage has added to a line, on whichever final invoice, and taken away again counts with it: together they are
 * credited once. Fees of a draft count as billed from its writing on.
 */
function linesThat(
  { scope }: Scoped,
  which: RawBuilder<unknown>,
  beside: RawBuilder<unknown> = sql``,
): Reading<readonly BilledLineRow[]> {
  const statement = sql<Row>`${beside}
    select l.id, l.invoice_id, l.is_credit, l.amount, l.line_item_discount + l.invoice_level_discount as discount,
      l.display_name, first.id as first_line_id, credited.noted_amount, credited.noted_discount, credited.noted_tax,
      billed.amount - late.credited - credited.amount as uncredited
    from invoice_line_items l
    cross join lateral (select ${firstLineId} as id) first
    cross join lateral (
      select coalesce(sum(x.amount), 0) as amount,
        coalesce(sum(x.amount) filter (where x.invoice_line_item_id = l.id), 0) as noted_amount,
        coalesce(sum(x.discount) filter (where x.invoice_line_item_id = l.id), 0) as noted_discount,
        coalesce(sum(x.tax) filter (where x.invoice_line_item_id = l.id), 0) as noted_tax
      from (${creditedLines}) x where x.first_line_id = first.id
    ) credited
    cross join lateral (
      select coalesce(sum(x.amount), 0) as amount
      from (select * from invoice_line_items where id = first.id
        union all select * from invoice_line_items where late_of = first.id) x
      where not x.is_voided and (
        select i.invoice_status in ('FINALIZED', 'SKIPPED') or i.invoice_status = 'DRAFT' and x.price_type = 'FIXED'
        from invoices i where i.environment_id = x.environment_id and i.id = x.invoice_id)
    ) billed
    cross join lateral (
      select coalesce(sum(x.amount), 0) as credited from late_credits x where x.late_of = first.id
    ) late
    where l.environment_id = ${scope.environmentId} and ${which}
    order by l.id`
  return reading(statement, (rows) => rows.map(billedLine))
}

/** Row security lets no index be searched for a coalesce, which PostgreSQL does not know to be leakproof; a case it does. */
const firstLineId = sql`case when l.late_of is null then l.id else l.late_of end`

/**
 * What finalized notes, changes and cancellations have credited of lines, before discount and tax, and their shares. Each
 * looks its note up: a join's plan, made while statistics call the tables empty, begins with all of an environment's.
 */
const creditedLines = sql`
  select c.first_line_id, c.invoice_line_item_id, c.amount, c.discount, c.tax
  from credit_note_line_items c
  where (select n.credit_note_status = 'FINALIZED' from credit_notes n
    where n.environment_id = c.environment_id and n.id = c.credit_note_id)
  union all
  select first_line_id, invoice_line_item_id, amount, discount, tax from line_credits`

interface Row {
  readonly id: string
  readonly invoice_id: string
  readonly is_credit: boolean
  readonly amount: string
  readonly discount: string
  readonly display_name: string
  readonly first_line_id: string
  readonly noted_amount: string
  readonly noted_discount: string
  readonly noted_tax: string
  readonly uncredited: string
}

function billedLine(row: Row): BilledLineRow {
  return {
    ...{ id: row.id, invoiceId: row.invoice_id, firstLineId: row.first_line_id },
    ...{ displayName: row.display_name, isCredit: row.is_credit },
    amount: readDecimal(row.amount),
    discount: readDecimal(row.discount),
    noted: {
      amount: readDecimal(row.noted_amount),
      discount: readDecimal(row.noted_discount),
      tax: readDecimal(row.noted_tax),
    },
    uncredited: readDecimal(row.uncredited),
  }
}
