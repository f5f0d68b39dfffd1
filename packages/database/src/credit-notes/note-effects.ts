import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** What a note has done. Amounts are decimal texts. */
export interface NoteEffects {
  /** What is due of which invoices it has lowered, in this order; none of a voided one. */
  readonly adjustments: readonly { readonly invoice_id: string; readonly amount: string }[]
  readonly refunded: string
}

export async function readEffects({ db, scope }: Scoped, creditNoteId: string): Promise<NoteEffects> {
  const { rows } = await sql<{ invoice_id: string | null; amount: string; refunded: string }>`
    select a.invoice_id, a.amount, r.amount as refunded
    from (select coalesce(sum(amount), 0) as amount from refunds
      where environment_id = ${scope.environmentId} and credit_note_id = ${creditNoteId}) r
    left join invoice_adjustments a on a.environment_id = ${scope.environmentId}
      and a.credit_note_id = ${creditNoteId} and a.voided_at is null
    order by a.id`.execute(db)
  return {
    adjustments: rows.flatMap(({ invoice_id, amount }) =>
      invoice_id === null ? [] : [{ invoice_id, amount }],
    ),
    refunded: rows[0]?.refunded ?? '0',
  }
}
