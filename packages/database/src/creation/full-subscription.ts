import { assert, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { PlanRow } from '../catalog/plans.ts'
import type { Scoped } from '../connection/connection.ts'
import { type NestedRow, nestedRows, readNestedRows } from '../connection/nested-rows.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import type { CustomerRow } from '../customers/customers.ts'
import { type InvoiceRow, selectInvoicesOf } from '../invoices/invoices.ts'
import { type LineItemRow, selectLinesOf } from '../line-items/line-item-search.ts'
import { type SubscriptionRow, selectSubscriptions } from '../subscriptions/subscription-search.ts'

export interface FullSubscription {
  readonly subscription: SubscriptionRow
  readonly plan: PlanRow
  /** Deleted ones, too: a subscription that is over keeps its customer. */
  readonly customer: CustomerRow
  /** All of them, ended ones too, in the order of their start. */
  readonly lines: readonly LineItemRow[]
  readonly latestInvoice: InvoiceRow | undefined
}

/**
 * The subscription with its plan, customer, lines and newest invoice, by one statement: it is what is read most, and of
 * several short statements most of the cost are their round trips (measured). @throws not_found
 */
export async function getFullSubscription(scoped: Scoped, id: string): Promise<FullSubscription> {
  const [row] = await selectFull(scoped, { id })
  if (!row) throw notFound('Subscription', id)
  const { nested_lines, nested_invoices, nested_plan, nested_customer, ...subscription } = row
  const [latestInvoice] = readNestedRows(nested_invoices, nestedInvoice)
  const [plan] = readNestedRows(nested_plan, nestedPlan)
  const [customer] = readNestedRows(nested_customer, nestedCustomer)
  assert(plan && customer, 'a subscription has a plan and a customer')
  return { subscription, plan, customer, lines: readNestedRows(nested_lines, nestedLine), latestInvoice }
}

type NestedColumn = 'nested_lines' | 'nested_invoices' | 'nested_plan' | 'nested_customer'

const selectFull = preparedQuery<{ id: string }, SubscriptionRow & Readonly<Record<NestedColumn, unknown>>>(
  (db, parameter) => {
    const id = parameter('id')
    const own = db.selectFrom('subscriptions').where('subscriptions.id', '=', id)
    return selectSubscriptions({ db })
      .select([
        nestedRows(selectLinesOf({ db }, sql`${id}`), nestedLine).as('nested_lines'),
        nestedRows(selectInvoicesOf({ db }, id).limit(1), nestedInvoice).as('nested_invoices'),
        nestedRows(
          own.innerJoin('plans', 'plans.id', 'subscriptions.plan_id').selectAll('plans'),
          nestedPlan,
        ).as('nested_plan'),
        nestedRows(
          own.innerJoin('customers', 'customers.id', 'subscriptions.customer_id').selectAll('customers'),
          nestedCustomer,
        ).as('nested_customer'),
      ])
      .where('id', '=', id)
      .where('status', '<>', 'deleted')
  },
)

const nestedLine: NestedRow<LineItemRow> = {
  decimals: ['quantity'],
  instants: { start_date: true, end_date: true, user_end: true, created_at: true, updated_at: true },
}

const audited = { created_at: true, updated_at: true } as const
const nestedPlan: NestedRow<PlanRow> = { decimals: [], instants: audited }
const nestedCustomer: NestedRow<CustomerRow> = { decimals: [], instants: audited }

const nestedInvoice: NestedRow<InvoiceRow> = {
  decimals: [
    'subtotal',
    'total_discount',
    'total_tax',
    'total_prepaid_credits_applied',
    'total',
    'adjustment_amount',
    'amount_due',
    'amount_paid',
    'amount_remaining',
    'overpaid_amount',
    'refunded_amount',
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
    billing_anchor: true,
    last_computed_at: true,
    created_at: true,
    updated_at: true,
  },
}
