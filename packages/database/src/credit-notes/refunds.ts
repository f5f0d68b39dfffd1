import { notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { allOf, anyOf, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { RefundTable } from '../tables/credit-note-tables.ts'

export type RefundRow = Selectable<RefundTable>

export interface RefundSearch extends Search {
  readonly invoice_ids?: readonly string[] | undefined
  readonly payment_ids?: readonly string[] | undefined
  readonly credit_note_ids?: readonly string[] | undefined
  readonly refund_statuses?: readonly string[] | undefined
  readonly refund_destinations?: readonly string[] | undefined
  /** Those whose money has gone back. */
  readonly only_settled?: boolean | undefined
}

/** @throws not_found */
export async function getRefund({ db, scope }: Scoped, id: string): Promise<RefundRow> {
  const row = await db
    .selectFrom('refunds')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('Refund', id)
  return row
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchRefunds(scoped: Scoped, search: RefundSearch): Promise<SearchPage<RefundRow>> {
  const query = allOf(scoped.db.selectFrom('refunds').selectAll(), [
    anyOf('invoice_id', search.invoice_ids),
    anyOf('payment_id', search.payment_ids),
    anyOf('credit_note_id', search.credit_note_ids),
    anyOf('refund_status', search.refund_statuses),
    anyOf('refund_destination', search.refund_destinations),
    search.only_settled ? sql<boolean>`refund_status = 'SUCCEEDED'` : undefined,
  ])
  return searchPage(query, search, refundFields)
}

export const refundFields = searchFields<keyof RefundTable>({
  text: [
    'id',
    'credit_note_id',
    'invoice_id',
    'payment_id',
    'currency',
    'refund_destination',
    'refund_reason',
    'refund_status',
    'status',
    'created_by',
    'updated_by',
  ],
  number: ['amount'],
  instant: ['succeeded_at', 'created_at', 'updated_at'],
})
