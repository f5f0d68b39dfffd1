import { type Kysely, sql } from 'kysely'

/**
 * Customers are found by e-mail in any case of letters: by a column, as under row security no index serves a
 * function that may tell of rows. An item of a list says whether it was made by the list, or before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table customers
      add column email_lower text collate "C" not null generated always as (lower(email)) stored;
    create index customers_email on customers (environment_id, email_lower, id);
    alter table subscription_batch_items add column replayed boolean not null default false;
  `.execute(db)
}
