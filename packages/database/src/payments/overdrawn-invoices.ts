import { isNegative, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { InvoiceRow } from '../invoices/index.ts'

type PaidInvoice = Pick<InvoiceRow, 'id' | 'amount_paid' | 'total_prepaid_credits_applied'>

/**
 * The invoices from which more has gone than came: back to a source or into a wallet, or to other invoices of the
 * subscription, whose dues credits on this one have lowered. It would be money that was never paid. What a change has netted
 * on an invoice has come to it, as what others' credits have lowered it by.
 *
 * @param invoices held, as they are or as they would be
 */
export async function listOverdrawn(scoped: Scoped, invoices: readonly PaidInvoice[]): Promise<string[]> {
  if (invoices.length === 0) return []
  const flows = await readFlows(
    scoped,
    invoices.map(({ id }) => id),
  )
  return invoices.flatMap(({ id, amount_paid, total_prepaid_credits_applied }) => {
    const { carried = '0', received = '0' } = flows.get(id) ?? {}
    const came = [amount_paid, total_prepaid_credits_applied, received].map(readDecimal)
    const left = came.reduce((sum, one) => sum.plus(one)).minus(readDecimal(carried))
    return isNegative(left) ? [id] : []
  })
}

interface Flows {
  readonly id: string
  readonly carried: string
  readonly received: string
}

/** What credits on each invoice have given to others and back, and what others' credits have lowered it by, netted or not. */
async function readFlows({ db, scope }: Scoped, ids: readonly string[]): Promise<ReadonlyMap<string, Flows>> {
  const { environmentId } = scope
  const { rows } = await sql<Flows>`
    select i.id, flow.carried, flow.received from unnest(${ids}::text[]) as i (id) cross join lateral (
      with credits as (
        select id from credit_notes where environment_id = ${environmentId} and invoice_id = i.id
        union all select id from late_credits where invoice_id = i.id
        union all select id from line_credits where invoice_id = i.id),
      adjustments as (
        select a.invoice_id, a.amount, c.id is not null as is_own
        from invoice_adjustments a
        left join credits c on c.id = coalesce(a.credit_note_id, a.late_credit_id, a.line_credit_id)
        where a.environment_id = ${environmentId} and a.voided_at is null and (a.invoice_id = i.id
          or a.invoice_id in (select o.id from invoices s join invoices o on o.environment_id = s.environment_id
            and o.subscription_id = s.subscription_id where s.environment_id = ${environmentId} and s.id = i.id)))
      select coalesce(sum(amount) filter (where is_own and invoice_id <> i.id), 0)
          + (select coalesce(sum(amount), 0) from refunds where environment_id = ${environmentId}
            and invoice_id = i.id) as carried,
        coalesce(sum(amount) filter (where not is_own and invoice_id = i.id), 0)
          + (select coalesce(- sum(amount), 0) from invoice_line_items
            where invoice_id = i.id and is_credit) as received
      from adjustments) flow`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}
