import { keyReused, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { PaymentTable } from '../tables/payment-tables.ts'
import type { Metadata } from '../tables/row-types.ts'

export type PaymentRow = Selectable<PaymentTable>

export interface NewPayment {
  readonly invoice_id: string
  readonly customer_id: string
  readonly currency: string
  readonly amount: string
  readonly payment_method_type: PaymentRow['payment_method_type']
  readonly metadata?: Metadata | undefined
  /** The same key is the same payment, for ever; `hash` tells another request with it. */
  readonly request?: { readonly key: string; readonly hash: string } | undefined
}

export interface PaymentSearch extends Search {
  readonly payment_ids?: readonly string[] | undefined
  readonly destination_id?: string | undefined
  readonly payment_method_type?: string | undefined
  readonly payment_status?: string | undefined
  readonly currency?: string | undefined
}

/** Stores a payment that is not settled yet. The caller holds its invoice. */
export function insertPayment(
  scoped: Scoped,
  { request, metadata, ...payment }: NewPayment,
  now: Date,
): Promise<PaymentRow> {
  return scoped.db
    .insertInto('payments')
    .values({
      ...payment,
      ...{ id: newId('payment'), payment_status: 'INITIATED', metadata: json(metadata) },
      ...{ idempotency_key: request?.key ?? null, request_hash: request?.hash ?? null },
      ...{ error_message: null, succeeded_at: null, failed_at: null, voided_at: null },
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * The payment that was made with the key, deleted ones too; undefined where there is none.
 *
 * @throws key_reused when it was made by another request
 */
export async function findPaymentByKey(
  { db, scope }: Scoped,
  { key, hash }: NonNullable<NewPayment['request']>,
): Promise<PaymentRow | undefined> {
  const row = await db
    .selectFrom('payments')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (row && row.request_hash !== hash) throw keyReused()
  return row
}

/** @throws not_found */
export async function getPayment({ db }: Scoped, id: string): Promise<PaymentRow> {
  const query = db.selectFrom('payments').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Payment', id)
  return row
}

/** Marks one as deleted that never moved money. The caller holds its invoice. */
export async function deletePayment({ db, scope }: Scoped, id: string, now: Date): Promise<void> {
  await db
    .updateTable('payments')
    .set({ status: 'deleted', ...change(scope, now) })
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .execute()
}

export async function updatePaymentMetadata(
  { db, scope }: Scoped,
  { id, metadata }: { id: string; metadata: Metadata },
  now: Date,
): Promise<void> {
  await db
    .updateTable('payments')
    .set({ metadata: json(metadata), ...change(scope, now) })
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .execute()
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchPayments(scoped: Scoped, search: PaymentSearch): Promise<SearchPage<PaymentRow>> {
  const query = allOf(scoped.db.selectFrom('payments').selectAll(), [
    anyOf('id', search.payment_ids),
    equal('invoice_id', search.destination_id),
    equal('payment_method_type', search.payment_method_type),
    equal('payment_status', search.payment_status),
    equal('currency', search.currency),
  ])
  return searchPage(query, search, paymentFields)
}

/** The numbers of the invoices that payments are of. */
export async function invoiceNumbersOf(
  { db, scope }: Scoped,
  payments: readonly PaymentRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(payments.map(({ invoice_id }) => invoice_id))]
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('invoices')
    .select(['id', 'invoice_number'])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .execute()
  return new Map(rows.flatMap(({ id, invoice_number }) => (invoice_number ? [[id, invoice_number]] : [])))
}

export const paymentFields = searchFields<keyof PaymentTable>({
  text: [
    'id',
    'invoice_id',
    'customer_id',
    'payment_method_type',
    'payment_status',
    'currency',
    'idempotency_key',
    'status',
    'created_by',
    'updated_by',
  ],
  number: ['amount'],
  instant: ['succeeded_at', 'failed_at', 'voided_at', 'created_at', 'updated_at'],
})
