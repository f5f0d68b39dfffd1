import { notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import { environmentNow } from '../connection/clock.ts'
import type { Scoped } from '../connection/connection.ts'
import { rowsOf, together } from '../connection/together.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import { ofCustomersSubscriptions, ofExternalCustomer } from '../search/search-references.ts'
import type {
  BillingReason,
  InvoiceLineItemTable,
  InvoiceStatus,
  InvoiceTable,
  PaymentStatus,
} from '../tables/invoice-tables.ts'
import { isOverdue } from './overdue-invoices.ts'

/** Decimals come as PostgreSQL keeps them, with all 18 digits after the point. */
export type InvoiceRow = Selectable<InvoiceTable>
export type InvoiceLineItemRow = Selectable<InvoiceLineItemTable>

export interface InvoiceSearch extends Search {
  readonly invoice_ids?: readonly string[] | undefined
  readonly customer_id?: string | undefined
  readonly external_customer_id?: string | undefined
  readonly subscription_id?: string | undefined
  /** Customers whose subscriptions the invoices are of. */
  readonly subscription_customer_id?: readonly string[] | undefined
  readonly invoice_type?: InvoiceTable['invoice_type'] | undefined
  readonly invoice_status?: readonly InvoiceStatus[] | undefined
  readonly payment_status?: readonly PaymentStatus[] | undefined
  readonly billing_reason?: BillingReason | undefined
  readonly currency?: string | undefined
  /** Decimal strings. */
  readonly amount_due_gt?: string | undefined
  readonly amount_remaining_gt?: string | undefined
  readonly finalized_at_gte?: Date | undefined
  readonly voided_at_gte?: Date | undefined
  readonly period_start_gte?: Date | undefined
  readonly period_start_lte?: Date | undefined
  readonly period_end_gte?: Date | undefined
  readonly period_end_lte?: Date | undefined
  readonly overdue?: boolean | undefined
}

/** @throws not_found */
export async function getInvoice(scoped: Scoped, id: string): Promise<InvoiceRow> {
  const query = scoped.db.selectFrom('invoices').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Invoice', id)
  return row
}

/** The subscription's invoices, the newest first. */
export function selectInvoicesOf({ db }: Pick<Scoped, 'db'>, subscriptionId: string) {
  return db
    .selectFrom('invoices')
    .selectAll()
    .where('subscription_id', '=', subscriptionId)
    .where('status', '<>', 'deleted')
    .orderBy('id', 'desc')
}

/** The newest invoice of each of the subscriptions that has one. */
export async function listLatestInvoices(
  scoped: Scoped,
  subscriptionIds: readonly string[],
): Promise<InvoiceRow[]> {
  if (subscriptionIds.length === 0) return []
  const { rows } = await sql<InvoiceRow>`
    select i.* from unnest(${subscriptionIds}::text[]) as s (id)
    cross join lateral (
      select * from invoices where subscription_id = s.id and status <> 'deleted' order by id desc limit 1
    ) i`.execute(scoped.db)
  return rows
}

/** @throws validation_error for a filter or sort that does not exist */
export async function searchInvoices(
  scoped: Scoped,
  search: InvoiceSearch,
  now: Date,
): Promise<SearchPage<InvoiceRow>> {
  const query = allOf(scoped.db.selectFrom('invoices').selectAll(), [
    anyOf('id', search.invoice_ids),
    equal('customer_id', search.customer_id),
    await ofExternalCustomer(scoped, 'customer_id', search.external_customer_id),
    equal('subscription_id', search.subscription_id),
    await ofCustomersSubscriptions(scoped, 'subscription_id', search.subscription_customer_id),
    equal('invoice_type', search.invoice_type),
    anyOf('invoice_status', search.invoice_status),
    anyOf('payment_status', search.payment_status),
    equal('billing_reason', search.billing_reason),
    equal('currency', search.currency),
    search.amount_due_gt === undefined
      ? undefined
      : sql<boolean>`amount_due > ${search.amount_due_gt}::numeric`,
    search.amount_remaining_gt === undefined
      ? undefined
      : sql<boolean>`amount_remaining > ${search.amount_remaining_gt}::numeric`,
    from('finalized_at', search.finalized_at_gte),
    from('voided_at', search.voided_at_gte),
    from('period_start', search.period_start_gte),
    upTo('period_start', search.period_start_lte),
    from('period_end', search.period_end_gte),
    upTo('period_end', search.period_end_lte),
    search.overdue === undefined ? undefined : sql<boolean>`${isOverdue(now)} = ${search.overdue}`,
  ])
  return searchPage(query, search, invoiceFields)
}

/** Invoices with all their lines, each in the order of their making, and the environment's present: in one round trip. */
export async function readInvoicesWithLines(
  scoped: Scoped,
  ids: readonly string[],
): Promise<{
  readonly invoices: readonly InvoiceRow[]
  readonly lines: readonly InvoiceLineItemRow[]
  readonly now: Date
}> {
  const byId = scoped.db
    .selectFrom('invoices')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .orderBy('id')
  const [invoices, lines, now] = await together(
    scoped,
    rowsOf(byId),
    rowsOf(selectLineItems(scoped, ids)),
    environmentNow(scoped),
  )
  return { invoices, lines, now }
}

/** All lines of the invoices, in the order of their invoice and making. */
export function listInvoiceLineItems(
  scoped: Scoped,
  invoiceIds: readonly string[],
): Promise<InvoiceLineItemRow[]> {
  return selectLineItems(scoped, invoiceIds).execute()
}

function selectLineItems({ db }: Scoped, invoiceIds: readonly string[]) {
  return db
    .selectFrom('invoice_line_items')
    .selectAll()
    .where(sql<boolean>`invoice_id = any(${invoiceIds}::text[])`)
    .orderBy('invoice_id')
    .orderBy('id')
}

function from(column: InstantColumn, instant: Date | undefined) {
  return instant && sql<boolean>`${sql.ref(column)} >= ${instant}`
}

function upTo(column: InstantColumn, instant: Date | undefined) {
  return instant && sql<boolean>`${sql.ref(column)} <= ${instant}`
}

type InstantColumn = 'finalized_at' | 'voided_at' | 'period_start' | 'period_end'

export const invoiceFields = searchFields<keyof InvoiceTable>({
  text: [
    'id',
    'customer_id',
    'subscription_id',
    'invoice_type',
    'billing_reason',
    'invoice_status',
    'payment_status',
    'invoice_number',
    'currency',
    'billing_period',
    'description',
    'status',
    'created_by',
    'updated_by',
  ],
  number: [
    'billing_sequence',
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
    'version',
  ],
  instant: [
    'period_start',
    'period_end',
    'issue_date',
    'due_date',
    'finalized_at',
    'paid_at',
    'voided_at',
    'last_computed_at',
    'created_at',
    'updated_at',
  ],
})
