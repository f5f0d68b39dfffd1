import { type Kysely, sql } from 'kysely'

/** Cycles whose invoice is closed before their period is over for billing: a dry run tells them, and does not count them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table calculation_items add column is_invoiced boolean not null default false;
    alter table sync_preview_items add column invoice_id text collate "C",
      drop constraint sync_preview_items_amounts,
      add constraint sync_preview_items_amounts check (
        (before is null) = (outcome = 'failed' or invoice_id is not null) and (after is null) = (before is null));
  `.execute(db)
}
