import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * The number of a note that is finalized in the caller's transaction: without gaps, per environment and UTC month of the
 * finalization, by a counter of their own (billing rules, section 12). The counter's row stays locked until the
 * transaction ends, so that a number is used or was never taken: take it last.
 */
export async function takeCreditNoteNumber(scoped: Scoped, finalizedAt: Date): Promise<string> {
  assert(scoped.db.isTransaction, 'a number is taken in the transaction that finalizes')
  const month = finalizedAt.toISOString().slice(0, 7).replace('-', '')
  const { rows } = await sql<{ last_number: number }>`
    insert into credit_note_number_counters as counter (environment_id, month, last_number)
    values (${scoped.scope.environmentId}, ${month}, 1)
    on conflict (environment_id, month) do update set last_number = counter.last_number + 1
    returning last_number`.execute(scoped.db)
  assert(rows[0], 'the counter returns its row')
  return `CN-${month}-${String(rows[0].last_number).padStart(numberDigits, '0')}`
}

const numberDigits = 6
