import { assert } from '@flexprice/domain'
import type { LoweredDue } from '@flexprice/domain/invoice'
import { type Decimal, formatDecimal, sumDecimals } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { rowsOf, together } from '../connection/together.ts'
import { activateSubscriptions } from '../invoices/activate-subscriptions.ts'
import { historyRow } from '../invoices/invoice-writes.ts'
import type { InvoiceRow } from '../invoices/invoices.ts'
import { creditColumns, creditNames, type SettledCredit } from './owed-credits.ts'

/**
 * Lowers what is due of invoices by what `planCredits` has shared out (billing rules, section 6), and keeps each step as
 * a row of `invoice_adjustments`. What then is wholly paid counts as paid, and makes an incomplete subscription active.
 * The caller holds the subscriptions and the invoices: a fixed number of statements.
 *
 * @returns what is due by now of the invoices that were lowered
 */
export async function lowerInvoices(
  scoped: Scoped,
  settled: readonly SettledCredit[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const lowered = settled.flatMap((one) => one.lowered)
  if (lowered.length === 0) return new Map()
  const by = sumsByInvoice(lowered)
  const { updated_at, updated_by } = change(scoped.scope, now)
  const lowering = sql<LoweredInvoice>`
    update invoices i set adjustment_amount = i.adjustment_amount + l.amount, amount_due = i.amount_due - l.amount,
      payment_status = case when l.is_paid_now then 'SUCCEEDED' else i.payment_status end,
      paid_at = case when l.is_paid_now then ${updated_at} else i.paid_at end,
      version = i.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    from (
      select given.*, before.payment_status as was,
        before.invoice_status = 'FINALIZED' and before.amount_remaining = given.amount as is_paid_now
      from unnest(${by.map(({ id }) => id)}::text[], ${by.map(({ amount }) => formatDecimal(amount))}::numeric[])
        as given (id, amount)
      join invoices before on before.environment_id = ${scoped.scope.environmentId} and before.id = given.id
    ) l
    where i.environment_id = ${scoped.scope.environmentId} and i.id = l.id
    returning i.id, i.amount_due, i.billing_reason, i.subscription_id, l.is_paid_now, l.was`
  const [, rows] = await together(scoped, rowsOf(adjustmentsKept(scoped, settled, now)), rowsOf(lowering))
  assert(rows.length === by.length, 'every invoice that is held is lowered')
  const paid = rows.filter(({ is_paid_now }) => is_paid_now)
  if (paid.length > 0) {
    const history = paid.map(({ id: invoiceId, was: from }) => {
      const of = { invoiceId, field: 'payment_status', from, to: 'SUCCEEDED' } as const
      return historyRow(scoped, { ...of, reason: reasonOf(settled, invoiceId), now })
    })
    await insertRecords('invoice_history', history).execute(scoped.db)
    await activateSubscriptions(scoped, paid, now)
  }
  return new Map(rows.map(({ id, amount_due }) => [id, amount_due]))
}

type LoweredInvoice = Pick<InvoiceRow, 'id' | 'amount_due' | 'billing_reason' | 'subscription_id'> & {
  readonly is_paid_now: boolean
  readonly was: string
}

/** What has lowered it, by their names. */
function reasonOf(settled: readonly SettledCredit[], invoiceId: string): string {
  const by = settled.filter(({ lowered }) => lowered.some((one) => one.invoiceId === invoiceId))
  return [...new Set(by.map(({ credit }) => creditNames[credit.kind]))].join(', ')
}

/** Beside each what its invoice had been paid, so that it can be told later whether anything was paid since. */
function adjustmentsKept(scoped: Scoped, settled: readonly SettledCredit[], now: Date) {
  const adjustments = settled.flatMap(({ credit, lowered }) =>
    lowered.map(({ invoiceId, amount }) => ({
      id: newId('invoiceAdjustment'),
      environment_id: scoped.scope.environmentId,
      invoice_id: invoiceId,
      ...creditColumns(credit),
      amount: formatDecimal(amount),
      adjusted_at: now,
      adjusted_by: scoped.scope.userId,
    })),
  )
  return insertRecords('invoice_adjustments', adjustments, { computed: [paidBefore] })
}

const paidBefore = {
  column: 'paid_before',
  expression: sql`(select i.amount_paid from invoices i
    where i.environment_id = new_row.environment_id and i.id = new_row.invoice_id)`,
}

/** What each is lowered by in all. */
function sumsByInvoice(lowered: readonly LoweredDue[]): { readonly id: string; readonly amount: Decimal }[] {
  return [...Map.groupBy(lowered, ({ invoiceId }) => invoiceId)].map(([id, some]) => {
    return { id, amount: sumDecimals(some.map(({ amount }) => amount)) }
  })
}
