import { type Kysely, sql } from 'kysely'

/** How many rows of an import changed a record that an earlier row of the same file had made or changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table import_tasks add column repeated_records bigint not null default 0`.execute(db)
}
