import type { BilledTime } from '@flexprice/domain/change'
import { readDecimal } from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * What was billed in advance of lines for time that ends after an instant, and what of it notes and changes have credited
 * (billing rules, section 6). What a draft has of them counts: it stays. One statement, however many lines.
 *
 * @returns in the order in which they were billed
 */
export async function readBilledTime(
  scoped: Scoped,
  lineIds: readonly string[],
  endsAfter: Date,
): Promise<readonly BilledTime[]> {
  if (lineIds.length === 0) return []
  const { rows } = await billedTimes(scoped, sql`${lineIds}::text[]`, endsAfter).execute(scoped.db)
  return rows.map(billedTime)
}

/**
 * The same as a query, to be a part of another one: of the lines of an array. Each looks its invoice and its notes up: a
 * join's plan, made while statistics still call the tables empty, begins with all of an environment's for each line.
 */
export function billedTimes({ scope }: Scoped, lineIds: RawBuilder<unknown>, endsAfter: Date) {
  return sql<BilledTimeRow>`
    select l.id, l.invoice_id, l.subscription_line_item_id as line_id, l.price_id,
      (select i.invoice_status = 'DRAFT' from invoices i
        where i.environment_id = ${scope.environmentId} and i.id = l.invoice_id) as is_draft,
      l.quantity, l.period_start, l.period_end,
      l.amount - l.line_item_discount - l.invoice_level_discount as billed,
      noted.amount + changed.amount as credited, changed.amount as credited_by_changes, changed.since as credited_from
    from (
      select * from invoice_line_items
      where subscription_line_item_id = any (${lineIds}) and late_of is null and change_id is null
        and not is_credit and not is_voided and period_end > ${endsAfter}
      union all
      select * from invoice_line_items
      where subscription_line_item_id = any (${lineIds}) and change_id is not null
        and not is_credit and not is_voided and period_end > ${endsAfter}
    ) l
    cross join lateral (
      select coalesce(sum(x.amount - x.discount + x.tax), 0) as amount from credit_note_line_items x
      where x.first_line_id = l.id and (select n.credit_note_status = 'FINALIZED' from credit_notes n
        where n.environment_id = x.environment_id and n.id = x.credit_note_id)
    ) noted
    cross join lateral (
      select coalesce(sum(x.amount - x.discount + x.tax), 0) as amount,
        min((select c.effective_at from subscription_changes c
          where c.environment_id = ${scope.environmentId} and c.id = x.source_id)) as since
      from line_credits x
      where x.first_line_id = l.id
    ) changed
    where l.period_end > l.period_start
    order by l.id`
}

export function billedTime(row: BilledTimeRow): BilledTime {
  return {
    id: row.id,
    invoiceId: row.invoice_id,
    isDraft: row.is_draft,
    lineId: row.line_id,
    priceId: row.price_id ?? '',
    quantity: readDecimal(row.quantity),
    span: { start: row.period_start, end: row.period_end },
    billed: readDecimal(row.billed),
    credited: readDecimal(row.credited),
    creditedByChanges: readDecimal(row.credited_by_changes),
    creditedFrom: row.credited_from,
  }
}

export interface BilledTimeRow {
  readonly id: string
  readonly invoice_id: string
  readonly is_draft: boolean
  readonly line_id: string
  readonly price_id: string | null
  readonly quantity: string
  readonly period_start: Date
  readonly period_end: Date
  readonly billed: string
  readonly credited: string
  readonly credited_by_changes: string
  readonly credited_from: Date | null
}
