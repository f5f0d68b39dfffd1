import { type Kysely, sql } from 'kysely'

/**
 * Lists read their own environment's rows alone (docs/decisions/0029-what-a-search-reads.md). The lines' key begins
 * with the environment as every other table's does: half a microsecond a line, and no index more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table subscription_line_items
      drop constraint subscription_line_items_pkey,
      add primary key (environment_id, id);
    -- A price's lines are equal here, so that the index keeps one key for many of them.
    create index subscription_line_items_price_id on subscription_line_items (price_id);
    create index prices_overridden on prices (environment_id, overridden_price_id)
      where overridden_price_id is not null;
  `.execute(db)
}
