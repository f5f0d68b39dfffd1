import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What somebody who looks at the line should know of it: code, message; of events, how many and the first of them.
    alter table invoice_line_items
      add column warnings jsonb not null default '[]' check (jsonb_typeof(warnings) = 'array');
  `.execute(db)
}
