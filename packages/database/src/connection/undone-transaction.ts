import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from './connection.ts'

/**
 * Runs the work as it would be done, and leaves nothing of it: for a preview that must be what the work then is. What it
 * locks is held as long as it runs. Within a transaction it is that one's part, up to a savepoint.
 */
export async function inUndoneTransaction<Result>(
  scoped: Scoped,
  work: (scoped: Scoped) => Promise<Result>,
): Promise<Result> {
  if (scoped.db.isTransaction) return upToSavepoint(scoped, work)
  const done: { result?: Result } = {}
  const undo = new Error('what was tried is undone')
  try {
    await scoped.db.transaction().execute(async (db) => {
      done.result = await work({ scope: scoped.scope, db })
      throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
  assert('result' in done, 'what was undone was done before')
  return done.result
}

/** An error ends the caller's transaction, and all with it. */
async function upToSavepoint<Result>(
  transaction: Scoped,
  work: (scoped: Scoped) => Promise<Result>,
): Promise<Result> {
  await sql`savepoint tried`.execute(transaction.db)
  const result = await work(transaction)
  await sql`rollback to savepoint tried`.execute(transaction.db)
  return result
}
