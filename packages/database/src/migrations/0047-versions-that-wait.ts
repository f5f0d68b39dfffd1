import { type Kysely, sql } from 'kysely'

/** A price's version may wait for each running subscription's next boundary. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table prices
      add column waits_for text check (waits_for = 'next_period'),
      -- Edits alone make one: the first of a chain has none before it that goes on meanwhile.
      add constraint prices_waiting_are_successors check (waits_for is null
        or plan_id is not null and root_price_id <> id and billing_period <> 'ONETIME');
    -- Most chains have none.
    create index prices_waiting on prices (root_price_id) where waits_for is not null;
  `.execute(db)
}
