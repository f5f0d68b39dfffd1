import { assert } from '@flexprice/domain'
import type { LoweredDue } from '@flexprice/domain/invoice'
import { type Decimal, formatDecimal, sumDecimals } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { activateSubscriptions } from './activate-subscriptions.ts'
import { historyRow } from './invoice-writes.ts'
import type { InvoiceRow } from './invoices.ts'

/** What kind of credits lowers what is due, as the invoices' history calls it. */
export type CreditKind = 'late_credit' | 'credit_note'

const reasonOf = {
  late_credit: 'credits of late usage',
  credit_note: 'a credit note',
} as const satisfies Record<CreditKind, string>

/**
 * Lowers what is due of invoices by credits of a kind (billing rules, section 6), which the domain's `lowerDue` has
 * shared out, and keeps each step as a row of `invoice_adjustments`. What then is wholly paid counts as paid, and makes
 * an incomplete subscription active. The caller holds the subscriptions and the invoices: a fixed number of statements.
 *
 * @returns what is due by now of the invoices that were lowered
 */
export async function lowerInvoices(
  scoped: Scoped,
  kind: CreditKind,
  lowered: readonly LoweredDue[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  if (lowered.length === 0) return new Map()
  await keepAdjustments(scoped, kind, lowered, now)
  const by = sumsBy(lowered, ({ invoiceId }) => invoiceId)
  const { updated_at, updated_by } = change(scoped.scope, now)
  const { rows } = await sql<LoweredInvoice>`
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
    returning i.id, i.amount_due, i.billing_reason, i.subscription_id, l.is_paid_now, l.was`.execute(
    scoped.db,
  )
  assert(rows.length === by.length, 'every invoice that is held is lowered')
  const paid = rows.filter(({ is_paid_now }) => is_paid_now)
  if (paid.length > 0) {
    const history = paid.map(({ id: invoiceId, was: from }) => {
      const of = { invoiceId, field: 'payment_status', from, to: 'SUCCEEDED' } as const
      return historyRow(scoped, { ...of, reason: reasonOf[kind], now })
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

/** Beside each what its invoice had been paid, so that it can be told later whether anything was paid since. */
async function keepAdjustments(
  scoped: Scoped,
  kind: CreditKind,
  lowered: readonly LoweredDue[],
  now: Date,
): Promise<void> {
  const adjustments = lowered.map(({ creditId, invoiceId, amount }) => ({
    id: newId('invoiceAdjustment'),
    environment_id: scoped.scope.environmentId,
    invoice_id: invoiceId,
    [`${kind}_id`]: creditId,
    amount: formatDecimal(amount),
    adjusted_at: now,
    adjusted_by: scoped.scope.userId,
  }))
  await insertRecords('invoice_adjustments', adjustments, { computed: [paidBefore] }).execute(scoped.db)
}

const paidBefore = {
  column: 'paid_before',
  expression: sql`(select i.amount_paid from invoices i
    where i.environment_id = new_row.environment_id and i.id = new_row.invoice_id)`,
}

/** What each has in all, by whatever the credits' steps are grouped. */
export function sumsBy(
  lowered: readonly LoweredDue[],
  key: (one: LoweredDue) => string,
): { readonly id: string; readonly amount: Decimal }[] {
  return [...Map.groupBy(lowered, key)].map(([id, some]) => {
    return { id, amount: sumDecimals(some.map(({ amount }) => amount)) }
  })
}
