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

/** Does the work; where it throws, what it has written is undone, and the caller's transaction can go on. */
export async function attempting<Result>({ db }: Scoped, work: () => Promise<Result>): Promise<Result> {
  assert(db.isTransaction, 'a savepoint is one of a transaction')
  await sql`savepoint attempting`.execute(db)
  try {
    const result = await work()
    await sql`release savepoint attempting`.execute(db)
    return result
  } catch (error) {
    await sql`rollback to savepoint attempting`.execute(db)
    throw error
  }
}
