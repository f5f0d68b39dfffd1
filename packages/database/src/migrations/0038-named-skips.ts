import { type Kysely, sql } from 'kysely'

/** Which prices a sync, or its preview, left as they are, why and how often: `{"<price id> <reason>": pairs}`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table price_sync_slices add column skipped_prices jsonb not null default '{}';
    alter table sync_preview_slices add column skipped_prices jsonb not null default '{}';
  `.execute(db)
}
