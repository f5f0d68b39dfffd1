import type { Grid } from '@flexprice/domain/time'
import { instantText, isRecurring } from '@flexprice/domain/time'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type Reading, rowsOf, together } from '../connection/together.ts'
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

export type InvoiceStateRow = InvoiceIdentity &
  GridColumns & {
    readonly id: string
    readonly subscription_id: string
    readonly is: 'closed' | 'written' | 'forecast'
  }

export interface WrittenInvoices {
  /** By subscription, of which one invoice is asked for. */
  readonly drafts: ReadonlyMap<string, WrittenDraft>
  /** Of the same the id of the invoice that is closed: nothing is billed by it any more. */
  readonly closed: ReadonlyMap<string, string>
  /** Of the same, of which there is a draft that billing has not written yet. */
  readonly forecasts: ReadonlySet<string>
}

/** One that is asked for. */
export interface WantedInvoice extends InvoiceIdentity {
  readonly subscription_id: string
  /** Whether its boundary is billed: before that its draft is a forecast, and made anew as a whole. */
  readonly isBilled: boolean
}

/**
 * What there is of those invoices: the closed ones, and the drafts that billing has written with their boundary (billing
 * rules, section 5).
 *
 * @param lock true to hold them as they are until the caller's transaction ends
 */
export async function readWrittenInvoices(
  scoped: Scoped,
  wanted: readonly WantedInvoice[],
  how: { lock?: boolean } = {},
): Promise<WrittenInvoices> {
  const [rows] = await together(scoped, invoiceRows(scoped, wanted, how))
  return await writtenInvoices(scoped, rows)
}

/** The rows of it, to be sent beside others. */
export function invoiceRows(
  scoped: Scoped,
  wanted: readonly WantedInvoice[],
  { lock = false }: { lock?: boolean } = {},
): Reading<readonly InvoiceStateRow[]> {
  if (wanted.length === 0) return noRows
  // Each by its own probe of the identity's index, which `offset 0` keeps whatever statistics say of the table.
  const statement = sql<InvoiceStateRow>`
    select i.id, i.subscription_id,
      case when i.invoice_status <> 'DRAFT' then 'closed' when w.is_billed then 'written' else 'forecast' end as is,
      i.billing_period, i.billing_period_count, i.billing_anchor, i.timezone
    from unnest(${wanted.map((one) => one.subscription_id)}::text[], ${wanted.map((one) => one.billing_reason)}::text[],
      ${wanted.map((one) => one.period_start && instantText(one.period_start))}::timestamptz[],
      ${wanted.map((one) => one.period_end && instantText(one.period_end))}::timestamptz[],
      ${wanted.map((one) => one.isBilled)}::boolean[])
      as w (subscription_id, billing_reason, period_start, period_end, is_billed)
    cross join lateral (
      select * from invoices
      where environment_id = ${scoped.scope.environmentId} and subscription_id = w.subscription_id
        and billing_reason = w.billing_reason and period_start = w.period_start and period_end = w.period_end
        and request_key = '' and invoice_status <> 'VOIDED'
      offset 0 ${lock ? sql`for update` : sql``}) i`
  return rowsOf(statement)
}

const noRows: Reading<readonly InvoiceStateRow[]> = { runOn: async () => [] }

/** The rest of it: what the drafts have written. */
export async function writtenInvoices(
  scoped: Scoped,
  rows: readonly InvoiceStateRow[],
): Promise<WrittenInvoices> {
  const { closed: closing = [], written = [], forecast = [] } = Object.groupBy(rows, ({ is }) => is)
  const closed = new Map(closing.map((row) => [row.subscription_id, row.id]))
  const forecasts = new Set(forecast.map((row) => row.subscription_id))
  if (written.length === 0) return { drafts: new Map(), closed, forecasts }
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
  return { drafts, closed, forecasts }
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
