import { type Kysely, sql } from 'kysely'

/** Files that are read from an address of somebody else's, in place of an upload. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table import_tasks
      alter column upload_id drop not null,
      add column file_url text,
      -- As its first answer had it: what is read later is the same file, or none.
      add column file_version text,
      add column file_size bigint,
      add constraint import_tasks_source check ((upload_id is null) <> (file_url is null));
  `.execute(db)
}
