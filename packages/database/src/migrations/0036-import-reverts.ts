import { type Kysely, sql } from 'kysely'

/** What imports made and changed, record by record, and how far it is that one is taken back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Events are found by the transactions of their import's pages, and are here only while they are refused.
    create table import_records (
      task_id text collate "C" not null,
      record_id text collate "C" not null,
      environment_id text collate "C" not null,
      -- By the import; else it was there, and was changed.
      is_made boolean not null,
      -- Why the run of that id could not take it back.
      refused_by text,
      refusal text,
      primary key (task_id, record_id),
      constraint import_records_refusal check ((refused_by is null) = (refusal is null) and (is_made or refusal is null)),
      constraint import_records_task foreign key (environment_id, task_id) references import_tasks (environment_id, id)
    );

    create table import_reverts (
      task_id text collate "C" primary key,
      environment_id text collate "C" not null,
      -- The workflow's run that works on it, or did; another one begins anew.
      run_id text not null,
      revert_status text collate "C" not null,
      -- Behind what it is to go on; null at the beginning.
      place jsonb,
      pages integer not null default 0,
      -- Of all runs, and of this one.
      reverted_records bigint not null default 0,
      refused_records bigint not null default 0,
      error_code text collate "C",
      error_summary text,
      started_at timestamptz(3) not null,
      ended_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint import_reverts_status check (revert_status in ('PROCESSING', 'COMPLETED', 'FAILED')),
      constraint import_reverts_ends check ((revert_status = 'PROCESSING') = (ended_at is null)
        and (revert_status = 'FAILED') = (error_code is not null)),
      constraint import_reverts_task foreign key (environment_id, task_id) references import_tasks (environment_id, id)
    );

    alter table import_records enable row level security;
    alter table import_reverts enable row level security;
    create policy environment_isolation on import_records
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on import_reverts
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
