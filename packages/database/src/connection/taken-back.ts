import { assert, type CodedError, isCodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from './connection.ts'

/** What became of records that were to be taken back. Those in neither list were not there any more. */
export interface TakenBack {
  readonly deleted: readonly string[]
  /** By id, why it stays: as its own DELETE would say. */
  readonly refused: ReadonlyMap<string, CodedError>
}

/**
 * Takes records back by the deletion of a single one, for kinds of which a file brings few. Needs the caller's
 * transaction, which goes on whatever a deletion has refused.
 *
 * @param deleteOne throws as the DELETE of such a record does
 */
export async function takeBackOneByOne(
  { db }: Scoped,
  ids: readonly string[],
  deleteOne: (id: string) => Promise<unknown>,
): Promise<TakenBack> {
  assert(db.isTransaction, 'records are taken back in a transaction')
  const deleted: string[] = []
  const refused = new Map<string, CodedError>()
  for (const id of ids) {
    await sql`savepoint one_record`.execute(db)
    try {
      await deleteOne(id)
      deleted.push(id)
    } catch (error) {
      if (!isCodedError(error) || !refusals.has(error.code)) throw error
      await sql`rollback to savepoint one_record`.execute(db)
      if (error.code !== 'not_found') refused.set(id, error)
    }
    await sql`release savepoint one_record`.execute(db)
  }
  return { deleted, refused }
}

const refusals: ReadonlySet<string> = new Set(['not_found', 'in_use', 'invalid_operation', 'state_conflict'])
