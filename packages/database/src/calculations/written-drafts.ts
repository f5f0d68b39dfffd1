import type { Grid } from '@flexprice/domain/time'
import { instantText, isRecurring } from '@flexprice/domain/time'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { InvoiceIdentity } from '../invoices/billed-lines.ts'
import { type InvoiceLineItemRow, listInvoiceLineItems } from '../invoices/invoices.ts'
import type { InvoiceTable } from '../tables/invoice-tables.ts'

/** A draft whose FIXED lines stay as they are. */
export interface WrittenDraft {
  /** That its usage is rated on; null where an older version wrote it. */
  readonly grid: Grid | null
  /** All but those of usage. */
  readonly lines: readonly InvoiceLineItemRow[]
}

export type GridColumns = Pick<
  Selectable<InvoiceTable>,
  'billing_period' | 'billing_period_count' | 'billing_anchor' | 'timezone'
>

type Row = InvoiceIdentity &
  GridColumns & { readonly id: string; readonly subscription_id: string; readonly is_closed: boolean }

export interface WrittenInvoices {
  /** By subscription, of which one invoice is asked for. */
  readonly drafts: ReadonlyMap<string, WrittenDraft>
  /** Of the same the id of the invoice that is closed: nothing is billed by it any more. */
  readonly closed: ReadonlyMap<string, string>
}

/**
 * What there is of those invoices: the closed ones, and the drafts that were written once their time had come: a cycle's
 * period had ended, or what an opening pays for had begun (billing rules, section 5). An earlier one is a forecast, and
 * made anew as a whole.
 *
 * @param lock true to hold them as they are until the caller's transaction ends
 */
export async function readWrittenInvoices(
  scoped: Scoped,
  wanted: readonly (InvoiceIdentity & { readonly subscription_id: string })[],
  { lock = false }: { lock?: boolean } = {},
): Promise<WrittenInvoices> {
  if (wanted.length === 0) return { drafts: new Map(), closed: new Map() }
  // Each by its own probe of the identity's index, which `offset 0` keeps whatever statistics say of the table.
  const { rows } = await sql<Row>`
    select i.id, i.subscription_id, i.invoice_status <> 'DRAFT' as is_closed, i.billing_period,
      i.billing_period_count, i.billing_anchor, i.timezone
    from unnest(${wanted.map((one) => one.subscription_id)}::text[], ${wanted.map((one) => one.billing_reason)}::text[],
      ${wanted.map((one) => one.period_start && instantText(one.period_start))}::timestamptz[],
      ${wanted.map((one) => one.period_end && instantText(one.period_end))}::timestamptz[])
      as w (subscription_id, billing_reason, period_start, period_end)
    cross join lateral (
      select * from invoices
      where environment_id = ${scoped.scope.environmentId} and subscription_id = w.subscription_id
        and billing_reason = w.billing_reason and period_start = w.period_start and period_end = w.period_end
        and request_key = '' and invoice_status <> 'VOIDED'
      offset 0 ${lock ? sql`for update` : sql``}) i
    where i.invoice_status <> 'DRAFT' or coalesce(i.last_computed_at, i.updated_at)
      >= case when i.billing_reason = 'SUBSCRIPTION_CYCLE' then i.period_end else i.period_start end`.execute(
    scoped.db,
  )
  const isClosed = Object.groupBy(rows, ({ is_closed }) => (is_closed ? 'closed' : 'drafts'))
  const closed = new Map((isClosed.closed ?? []).map((row) => [row.subscription_id, row.id]))
  const written = isClosed.drafts ?? []
  if (written.length === 0) return { drafts: new Map(), closed }
  const lines = await listInvoiceLineItems(
    scoped,
    written.map(({ id }) => id),
  )
  const ofInvoice = Map.groupBy(
    lines.filter(({ price_type }) => price_type !== 'USAGE'),
    ({ invoice_id }) => invoice_id,
  )
  const drafts = new Map(
    written.map((row) => [row.subscription_id, { grid: gridOf(row), lines: ofInvoice.get(row.id) ?? [] }]),
  )
  return { drafts, closed }
}

/** The grid that an invoice keeps. */
export function gridOf({
  billing_anchor: anchor,
  billing_period: period,
  billing_period_count: count,
  timezone,
}: GridColumns): Grid | null {
  if (!anchor || !period || !isRecurring(period) || !count || timezone === null) return null
  return { anchor, period, count, timeZone: timezone }
}
