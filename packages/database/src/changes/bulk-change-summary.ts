import type { ErrorCode } from '@flexprice/domain'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { BulkChangeItemTable, BulkChangeSummary } from '../tables/bulk-change-tables.ts'

const moversPerCurrency = 10

/** What the items come to: of those that are to be changed, or were. */
export async function summarizeBulkChange(
  scoped: Scoped,
  bulkChangeId: string,
  outcome: Exclude<BulkChangeItemTable['outcome'], 'left_out'>,
): Promise<BulkChangeSummary> {
  const leftOut = await countLeftOut(scoped, bulkChangeId)
  const totals = await sumAmounts(scoped, bulkChangeId, outcome)
  return {
    subscriptions: totals.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    left_out: leftOut.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    left_out_by_code: leftOut,
    totals,
    largest_movers: await listMovers(scoped, bulkChangeId, outcome),
  }
}

async function countLeftOut(scoped: Scoped, bulkChangeId: string) {
  const { rows } = await sql<{ code: ErrorCode; subscriptions: number }>`
    select error ->> 'code' as code, count(*) as subscriptions from bulk_change_items
    where bulk_change_id = ${bulkChangeId} and outcome = 'left_out' group by 1 order by 1`.execute(scoped.db)
  return rows
}

async function sumAmounts(
  scoped: Scoped,
  bulkChangeId: string,
  outcome: string,
): Promise<BulkChangeSummary['totals']> {
  const { rows } = await sql<BulkChangeSummary['totals'][number]>`
    select currency, count(*) as subscriptions,
      count(*) filter (where change_type = 'upgrade') as upgrades,
      count(*) filter (where change_type = 'downgrade') as downgrades,
      count(*) filter (where change_type = 'lateral') as laterals,
      sum(credit_amount) as credit_amount, sum(charge_amount) as charge_amount, sum(net_amount) as net_amount,
      sum(greatest(net_amount, 0)) as invoiced_amount, sum(greatest(-net_amount, 0)) as returned_amount
    from bulk_change_items where bulk_change_id = ${bulkChangeId} and outcome = ${outcome}
    group by currency order by currency`.execute(scoped.db)
  return rows.map((row) => ({
    ...row,
    credit_amount: plain(row.credit_amount),
    charge_amount: plain(row.charge_amount),
    net_amount: plain(row.net_amount),
    invoiced_amount: plain(row.invoiced_amount),
    returned_amount: plain(row.returned_amount),
  }))
}

async function listMovers(
  scoped: Scoped,
  bulkChangeId: string,
  outcome: string,
): Promise<BulkChangeSummary['largest_movers']> {
  const { rows } = await sql<BulkChangeSummary['largest_movers'][number]>`
    select currency, subscription_id, customer_id, external_customer_id, net_amount
    from (
      select item.*, row_number() over (partition by currency order by abs(net_amount) desc, subscription_id) as place
      from bulk_change_items item
      where bulk_change_id = ${bulkChangeId} and outcome = ${outcome} and net_amount <> 0
    ) ranked
    where place <= ${moversPerCurrency} order by currency, place`.execute(scoped.db)
  return rows.map((row) => ({ ...row, net_amount: plain(row.net_amount) }))
}

/** Without the zeros that the column's scale adds. */
function plain(text: string): string {
  return formatDecimal(readDecimal(text))
}
