import { type Kysely, sql } from 'kysely'

/** One-off invoices are identified by their request's key, and know what was asked for by it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Of a one-off: the hash of its request, which tells it from another that comes with its key.
    alter table invoices add column request_hash text collate "C";
    create unique index invoices_one_off_unique on invoices (environment_id, request_key)
      where invoice_type = 'ONE_OFF' and invoice_status <> 'VOIDED';
  `.execute(db)
}
