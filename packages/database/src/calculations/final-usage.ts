import type { BilledUsage } from '@flexprice/domain/cycle'
import { readDecimal } from '@flexprice/domain/money'
import { type Grid, instantText, type Period } from '@flexprice/domain/time'
import type { Allowance } from '@flexprice/domain/usage'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type GridColumns, gridOf } from './written-drafts.ts'

/** The lines of usage of a final invoice, which late events may have changed. */
export interface FinalUsage {
  readonly invoiceId: string
  readonly period: Period
  /** That its usage was rated on; null where an older version wrote it. */
  readonly grid: Grid | null
  readonly lines: readonly FinalLine[]
}

export interface FinalLine extends BilledUsage {
  /** What was free of its meter's usage: what is granted since changes nothing of what was billed. */
  readonly allowances: readonly Allowance[]
}

export interface LateUsage {
  /** By their periods. */
  readonly invoices: readonly FinalUsage[]
  /** How many invoices of late usage alone the subscription has. */
  readonly ownInvoices: number
}

/** Which invoice late lines would be on: its own lines, while it is a draft, are not billed as yet. */
export interface LateCarrier {
  readonly subscription_id: string
  /** Null for an invoice that is no draft as yet. */
  readonly period_start: Date | null
  readonly period_end: Date | null
}

/**
 * What late events may have changed, of each subscription that has some which were not looked at (decision 33): the
 * others have no entry, and without `late_usage: bill` none has. At most two statements.
 */
export async function readFinalUsage(
  scoped: Scoped,
  carriers: readonly LateCarrier[],
): Promise<ReadonlyMap<string, LateUsage>> {
  if (carriers.length === 0) return new Map()
  const now = await readClockWhereBilled(scoped)
  if (now === null) return new Map()
  const rows = await readRows(scoped, carriers, now)
  const ofSubscription = Map.groupBy(rows, ({ subscription_id }) => subscription_id)
  return new Map([...ofSubscription].map(([id, some]) => [id, lateUsage(some)]))
}

/** The environment's now; null where late usage is not billed. */
async function readClockWhereBilled({ db, scope }: Scoped): Promise<Date | null> {
  const { rows } = await sql<{ now: Date }>`
    select coalesce(e.clock_at, date_trunc('milliseconds', clock_timestamp())) as now
    from environments e join environment_settings s on s.environment_id = e.id
    where e.id = ${scope.environmentId} and s.late_usage = 'bill'`.execute(db)
  return rows[0]?.now ?? null
}

type Row = GridColumns & {
  readonly subscription_id: string
  readonly own_invoices: number
  /** Null, as all that follows, where no final invoice may have changed. */
  readonly invoice_id: string | null
  readonly period_start: Date
  readonly period_end: Date
  readonly line_id: string
  readonly subscription_line_item_id: string
  readonly span_start: Date
  readonly span_end: Date
  readonly amount: string
  readonly noted: string
  readonly quantity: string
  readonly revision: number
  readonly allowances: readonly Allowance[]
}

async function readRows(
  { db, scope }: Scoped,
  carriers: readonly LateCarrier[],
  now: Date,
): Promise<readonly Row[]> {
  const column = <Value>(pick: (carrier: LateCarrier) => Value) => carriers.map(pick)
  const { rows } = await sql<Row>`
    with pending as materialized (
      select w.subscription_id, w.period_start, w.period_end, p.since
      from pending_late_usage(${scope.environmentId}, ${now}) p
      join unnest(${column((one) => one.subscription_id)}::text[],
          ${column((one) => one.period_start && instantText(one.period_start))}::timestamptz[],
          ${column((one) => one.period_end && instantText(one.period_end))}::timestamptz[])
        as w (subscription_id, period_start, period_end) using (subscription_id)
      where p.subscription_id = any (${column((one) => one.subscription_id)}::text[])
    )
    select p.subscription_id, (select count(*) from invoices own where own.subscription_id = p.subscription_id
        and own.request_key like 'late-%') as own_invoices,
      i.id as invoice_id, i.period_start, i.period_end, i.billing_period, i.billing_period_count, i.billing_anchor,
      i.timezone, l.id as line_id, l.subscription_line_item_id, l.period_start as span_start, l.period_end as span_end,
      l.amount + late.amount - credits.amount as amount, notes.amount as noted, l.quantity + late.quantity as quantity,
      greatest(late.revision, credits.revision) as revision,
      coalesce(l.explanation #> '{usage,allowances}', '[]') as allowances
    from pending p
    left join (invoices i
      join invoice_line_items l on l.invoice_id = i.id and l.price_type = 'USAGE' and l.late_of is null
      cross join lateral (
        select coalesce(sum(x.amount), 0) as amount, coalesce(sum(x.quantity), 0) as quantity,
          coalesce(max(x.revision), 0) as revision
        from invoice_line_items x join invoices on_invoice on on_invoice.id = x.invoice_id
        where x.late_of = l.id and not x.is_voided
          and not exists (select from pending own where own.subscription_id = on_invoice.subscription_id
            and on_invoice.invoice_status = 'DRAFT' and on_invoice.request_key = ''
            and on_invoice.billing_reason = 'SUBSCRIPTION_CYCLE'
            and on_invoice.period_start = own.period_start and on_invoice.period_end = own.period_end)
      ) late
      cross join lateral (
        select coalesce(sum(x.amount), 0) as amount, coalesce(max(x.revision), 0) as revision
        from late_credits x where x.late_of = l.id
      ) credits
      cross join lateral (
        select coalesce(sum(x.amount), 0) as amount from credit_note_line_items x
        join credit_notes n on n.environment_id = x.environment_id and n.id = x.credit_note_id
        where x.first_line_id = l.id and n.credit_note_status = 'FINALIZED'
      ) notes
    ) on i.subscription_id = p.subscription_id and i.environment_id = ${scope.environmentId}
      and i.invoice_status in ('FINALIZED', 'SKIPPED') and i.billing_reason = 'SUBSCRIPTION_CYCLE'
      and i.request_key = '' and i.usage_snapshot is not null and i.period_end > p.since
    order by p.subscription_id, i.period_end, i.id, l.id`.execute(db)
  return rows
}

function lateUsage(rows: readonly Row[]): LateUsage {
  const ofInvoice = Map.groupBy(
    rows.filter((row): row is Row & { invoice_id: string } => row.invoice_id !== null),
    ({ invoice_id }) => invoice_id,
  )
  const invoices = [...ofInvoice].flatMap(([invoiceId, some]): FinalUsage[] => {
    const [first] = some
    if (!first) return []
    const period = { start: first.period_start, end: first.period_end }
    return [{ invoiceId, period, grid: gridOf(first), lines: some.map(finalLine) }]
  })
  return { invoices, ownInvoices: rows[0]?.own_invoices ?? 0 }
}

function finalLine(row: Row): FinalLine {
  return {
    id: row.line_id,
    lineId: row.subscription_line_item_id,
    span: { start: row.span_start, end: row.span_end },
    amount: readDecimal(row.amount),
    noted: readDecimal(row.noted),
    quantity: readDecimal(row.quantity),
    revision: row.revision,
    allowances: row.allowances.map(({ id, limit, reset }) => ({ id, limit, reset })),
  }
}
