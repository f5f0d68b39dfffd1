import { type Kysely, sql } from 'kysely'

/** A sync that ends a line before the end which a user has set remembers that one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The end that a user set, of a line that its price ended sooner: it stands again if the price goes on for
    -- longer, or with the price's successor. Of a line that a user ended, end_date itself says so.
    alter table subscription_line_items add column user_end timestamptz(3);
  `.execute(db)
}
