import { type Kysely, sql } from 'kysely'

/** A quantity of usage has as many digits as its events have; the limits of stored money are no test of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table invoice_line_items alter column quantity type numeric`.execute(db)
}
