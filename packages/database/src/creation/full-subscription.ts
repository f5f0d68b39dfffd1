import { notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { PlanRow } from '../catalog/plans.ts'
import type { Scoped } from '../connection/connection.ts'
import { type NestedRow, nestedRows, readNestedRow, readNestedRows } from '../connection/nested-rows.ts'
import { preparedQuery } from '../connection/prepared-query.ts'
import type { CustomerRow } from '../customers/customers.ts'
import { type InvoiceRow, selectInvoicesOf } from '../invoices/invoices.ts'
import { type LineItemRow, selectLinesWithin } from '../line-items/line-item-search.ts'
import type { SubscriptionRow } from '../subscriptions/subscription-search.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'

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
  const { synced_up_to, plan_price_sequence } = row
  return {
    subscription: {
      ...readNestedRow(row.nested_subscription, nestedSubscription),
      ...{ synced_up_to, plan_price_sequence },
    },
    plan: readNestedRow(row.nested_plan, nestedPlan),
    customer: readNestedRow(row.nested_customer, nestedCustomer),
    lines: readNestedRows(row.nested_lines, nestedLine),
    latestInvoice: readNestedRows(row.nested_invoices, nestedInvoice)[0],
  }
}

type Nested = 'nested_subscription' | 'nested_plan' | 'nested_customer' | 'nested_lines' | 'nested_invoices'
type FullRow = Readonly<Record<Nested, unknown>> &
  Pick<SubscriptionRow, 'synced_up_to' | 'plan_price_sequence'>

/** Plan and customer by their keys, once for all that shows them. */
const selectFull = preparedQuery<{ id: string }, FullRow>((db, parameter) =>
  db
    .selectFrom('subscriptions as s')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('plans')
          .selectAll()
          .whereRef('plans.environment_id', '=', 's.environment_id')
          .whereRef('plans.id', '=', 's.plan_id')
          .offset(sql.lit(0))
          .as('pl'),
      (join) => join.onTrue(),
    )
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('customers')
          .selectAll()
          .whereRef('customers.environment_id', '=', 's.environment_id')
          .whereRef('customers.id', '=', 's.customer_id')
          .offset(sql.lit(0))
          .as('c'),
      (join) => join.onTrue(),
    )
    .select([
      sql`row_to_json(s)`.as('nested_subscription'),
      sql`row_to_json(pl)`.as('nested_plan'),
      sql`row_to_json(c)`.as('nested_customer'),
      nestedRows(selectLinesWithin({ db }), nestedLine).as('nested_lines'),
      nestedRows(selectInvoicesOf({ db }, parameter('id')).limit(sql.lit(1)), nestedInvoice).as(
        'nested_invoices',
      ),
      sql<number>`greatest(s.synced_price_sequence, pl.synced_price_sequence)`.as('synced_up_to'),
      'pl.price_sequence as plan_price_sequence',
    ])
    .where('s.id', '=', parameter('id'))
    .where('s.status', '<>', 'deleted'),
)

const nestedSubscription: NestedRow<Selectable<SubscriptionTable>> & { decimals: readonly [] } = {
  decimals: [],
  instants: {
    start_date: true,
    end_date: true,
    billing_anchor: true,
    current_period_start: true,
    current_period_end: true,
    trial_start: true,
    trial_end: true,
    bill_from: true,
    next_billing_at: true,
    cancel_at: true,
    activated_at: true,
    created_at: true,
    updated_at: true,
  },
}

const nestedLine: NestedRow<LineItemRow> = {
  decimals: ['quantity'],
  instants: { start_date: true, end_date: true, user_end: true, created_at: true, updated_at: true },
}

const audited = { created_at: true, updated_at: true } as const
const nestedPlan = { decimals: [], instants: audited } as const satisfies NestedRow<PlanRow>
const nestedCustomer = { decimals: [], instants: audited } as const satisfies NestedRow<CustomerRow>

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
