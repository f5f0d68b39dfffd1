import { type Kysely, sql } from 'kysely'

/** Lines keep the grid that they were billed on, where a change has put another one in its subscription's place. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table subscription_line_items
      -- { anchor, period, count, until }; null: the line is on the subscription's present grid, or on one of its own.
      add column former_grid jsonb check (former_grid is null or jsonb_typeof(former_grid) = 'object');
  `.execute(db)
}
