import { assert, keyReused, notFound } from '@flexprice/domain'
import type { PlannedNote } from '@flexprice/domain/credit-note'
import { formatDecimal } from '@flexprice/domain/money'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { creation, json } from '../connection/row-changes.ts'
import type { CreditNoteLineItemTable, CreditNoteTable } from '../tables/credit-note-tables.ts'
import type { Metadata } from '../tables/row-types.ts'

export type CreditNoteRow = Selectable<CreditNoteTable>
export type CreditNoteLineItemRow = Selectable<CreditNoteLineItemTable>

export interface NewCreditNote
  extends Pick<
    CreditNoteRow,
    | 'id'
    | 'invoice_id'
    | 'customer_id'
    | 'subscription_id'
    | 'currency'
    | 'credit_note_type'
    | 'reason'
    | 'refund_target'
  > {
  readonly memo: string
  readonly metadata: Metadata
  /** The same key is the same note, for ever; `hash` tells another request with it. */
  readonly request: NoteRequest | undefined
}

export interface NoteRequest {
  readonly key: string
  readonly hash: string
}

/** What is kept of a line beside its shares, in the order of the planned ones. */
export interface NewNoteLine {
  readonly first_line_id: string
  readonly display_name: string
  readonly metadata: Metadata
}

/** Stores a draft with its lines, as they are planned. The caller holds the invoice. */
export async function insertCreditNote(
  scoped: Scoped,
  { request, ...note }: NewCreditNote,
  { planned, kept }: { planned: PlannedNote; kept: readonly NewNoteLine[] },
  now: Date,
): Promise<CreditNoteRow> {
  const row = await scoped.db
    .insertInto('credit_notes')
    .values({
      ...note,
      metadata: json(note.metadata),
      ...{ credit_note_status: 'DRAFT', total_amount: formatDecimal(planned.total) },
      ...{ idempotency_key: request?.key ?? null, request_hash: request?.hash ?? null },
      ...{ credit_note_number: null, finalized_at: null, voided_at: null },
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const rows = planned.lines.map(({ lineId, amount, discount, tax }, index) => ({
    id: newId('creditNoteLineItem'),
    credit_note_id: row.id,
    invoice_line_item_id: lineId,
    ...kept[index],
    ...{ amount: formatDecimal(amount), discount: formatDecimal(discount), tax: formatDecimal(tax) },
  }))
  await insertRecords('credit_note_line_items', audited(scoped, rows, now)).execute(scoped.db)
  return row
}

/**
 * The note that was made with the key; undefined where there is none.
 *
 * @throws key_reused when it was made by another request
 */
export async function findCreditNoteByKey(
  { db, scope }: Scoped,
  { key, hash }: NoteRequest,
): Promise<CreditNoteRow | undefined> {
  const row = await db
    .selectFrom('credit_notes')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (row && row.request_hash !== hash) throw keyReused('idempotency_key')
  return row
}

/** @throws not_found */
export async function getCreditNote({ db, scope }: Scoped, id: string): Promise<CreditNoteRow> {
  const row = await db
    .selectFrom('credit_notes')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('Credit note', id)
  return row
}

/** In the order of their making. */
export function listCreditNoteLineItems(
  { db, scope }: Scoped,
  creditNoteId: string,
): Promise<CreditNoteLineItemRow[]> {
  return db
    .selectFrom('credit_note_line_items')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('credit_note_id', '=', creditNoteId)
    .orderBy('id')
    .execute()
}

/** Those of an invoice, whatever became of them, oldest first. */
export function listCreditNotesOf({ db, scope }: Scoped, invoiceId: string): Promise<CreditNoteRow[]> {
  return db
    .selectFrom('credit_notes')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('invoice_id', '=', invoiceId)
    .orderBy('id')
    .execute()
}

/** Writes the shares of a draft's lines as they are by now: other notes may have come between. */
export async function rewriteShares(
  { db, scope }: Scoped,
  note: CreditNoteRow,
  { lines, total }: PlannedNote,
): Promise<CreditNoteRow> {
  const column = (pick: (line: PlannedNote['lines'][number]) => string) => lines.map(pick)
  const { rows } = await sql<CreditNoteRow>`
    with lines as (
      update credit_note_line_items l set discount = p.discount, tax = p.tax
      from unnest(${column(({ lineId }) => lineId)}::text[],
        ${column(({ discount }) => formatDecimal(discount))}::numeric[],
        ${column(({ tax }) => formatDecimal(tax))}::numeric[]) as p (line_id, discount, tax)
      where l.environment_id = ${scope.environmentId} and l.credit_note_id = ${note.id}
        and l.invoice_line_item_id = p.line_id
    )
    update credit_notes set total_amount = ${formatDecimal(total)}::numeric
    where environment_id = ${scope.environmentId} and id = ${note.id} returning *`.execute(db)
  assert(rows[0], 'a note that is held is there')
  return rows[0]
}
