import { notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type NestedRow, nestedRows, readNestedRows } from '../connection/nested-rows.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import { type InvoiceRow, selectInvoicesOf } from '../invoices/invoices.ts'
import { type LineItemRow, selectLinesOf } from '../line-items/line-item-search.ts'
import { type SubscriptionRow, selectSubscriptions } from '../subscriptions/subscription-search.ts'

export interface FullSubscription {
  readonly subscription: SubscriptionRow
  /** All of them, ended ones too, in the order of their start. */
  readonly lines: readonly LineItemRow[]
  readonly latestInvoice: InvoiceRow | undefined
}

/**
 * The subscription with its lines and newest invoice, by one statement: it is what is read most, and of three
 * short statements two thirds of the cost are their round trips (measured). @throws not_found
 */
export async function getFullSubscription(scoped: Scoped, id: string): Promise<FullSubscription> {
  const [row] = await selectFull(scoped, { id })
  if (!row) throw notFound('Subscription', id)
  const { nested_lines, nested_invoices, ...subscription } = row
  const [latestInvoice] = readNestedRows(nested_invoices, nestedInvoice)
  return { subscription, lines: readNestedRows(nested_lines, nestedLine), latestInvoice }
}

const selectFull = preparedQuery<
  { id: string },
  SubscriptionRow & { nested_lines: unknown; nested_invoices: unknown }
>((db, parameter) => {
  const id = parameter('id')
  return selectSubscriptions({ db })
    .select([
      nestedRows(selectLinesOf({ db }, sql`${id}`), nestedLine).as('nested_lines'),
      nestedRows(selectInvoicesOf({ db }, id).limit(1), nestedInvoice).as('nested_invoices'),
    ])
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
})

const nestedLine: NestedRow<LineItemRow> = {
  decimals: ['quantity'],
  instants: { start_date: true, end_date: true, created_at: true, updated_at: true },
}

const nestedInvoice: NestedRow<InvoiceRow> = {
  decimals: [
    'subtotal',
    'total_discount',
    'total_tax',
    'total_prepaid_credits_applied',
    'total',
    'amount_paid',
    'amount_due',
  ],
  instants: {
    period_start: true,
    period_end: true,
    issue_date: true,
    due_date: true,
    finalize_at: true,
    finalized_at: true,
    paid_at: true,
    voided_at: true,
    created_at: true,
    updated_at: true,
  },
}
