import { CompiledQuery } from 'kysely'
import type { Scoped } from './connection.ts'
import type { CopiedRows } from './copied-rows.ts'

/**
 * Sends rows into a table by COPY, in the caller's transaction if there is one.
 *
 * @param into the table with its columns, as COPY names them
 */
export async function copyRows({ db }: Scoped, into: string, rows: CopiedRows): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(`copy ${into} from stdin`, [rows]))
}
