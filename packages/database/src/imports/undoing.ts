import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** What the work would come to: all that it writes is undone, and the caller's transaction goes on. */
export async function undoing<Result>({ db }: Scoped, work: () => Promise<Result>): Promise<Result> {
  assert(db.isTransaction, 'a savepoint is one of a transaction')
  await sql`savepoint undoing`.execute(db)
  const result = await work()
  await sql`rollback to savepoint undoing`.execute(db)
  return result
}
