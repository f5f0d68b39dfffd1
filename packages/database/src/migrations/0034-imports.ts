import { type Kysely, sql } from 'kysely'

/** Files that were brought, and the tasks that import them: how they are read, how far they are, what they refused. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table file_uploads (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      -- Where the file store has it; it goes after its retention, this row stays.
      store_key text not null,
      file_name text,
      size bigint not null constraint file_uploads_size check (size >= 0),
      sha256 text collate "C" not null constraint file_uploads_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
      created_at timestamptz(3) not null,
      created_by text not null,
      constraint file_uploads_environment unique (environment_id, id)
    );

    create table import_tasks (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      -- The caller's, or one of ours; with the hash it tells a repeated request from another one.
      idempotency_key text collate "C" not null,
      request_hash text not null,
      entity_type text collate "C" not null,
      file_type text collate "C" not null,
      file_provider text not null,
      upload_id text collate "C" not null,
      file_name text,
      metadata jsonb not null,
      dry_run boolean not null,
      track_progress boolean not null,
      task_status text collate "C" not null default 'PENDING',
      workflow_id text not null,
      workflow_run_id text,
      -- What has to be known of the file to read on in its middle; null until it was looked at.
      layout jsonb,
      unknown_columns text[],
      -- What is behind: each page moves all of this in the transaction that writes its rows.
      byte_offset bigint not null default 0,
      row_number bigint not null default 0,
      bytes_read bigint not null default 0,
      pages integer not null default 0,
      processed_records bigint not null default 0,
      successful_records bigint not null default 0,
      failed_records bigint not null default 0,
      created_records bigint not null default 0,
      updated_records bigint not null default 0,
      duplicate_records bigint not null default 0,
      error_code text collate "C",
      error_summary text,
      started_at timestamptz(3),
      completed_at timestamptz(3),
      failed_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      status text collate "C" not null default 'published',
      constraint import_tasks_upload foreign key (environment_id, upload_id) references file_uploads (environment_id, id),
      constraint import_tasks_task_status check (task_status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
      constraint import_tasks_counts check (processed_records = successful_records + failed_records),
      constraint import_tasks_ends check ((task_status = 'COMPLETED') = (completed_at is not null)
        and (task_status = 'FAILED') = (failed_at is not null) and (failed_at is not null) = (error_code is not null)),
      constraint import_tasks_environment unique (environment_id, id)
    );
    create unique index import_tasks_key_unique on import_tasks (environment_id, idempotency_key);
    create index import_tasks_created on import_tasks (environment_id, created_at);

    -- A page and the transaction that wrote it: by that are its events known.
    create table import_pages (
      task_id text collate "C" not null,
      page integer not null,
      environment_id text collate "C" not null,
      transaction_id xid8 not null default pg_current_xact_id(),
      created_records bigint not null,
      first_event_at timestamptz(3),
      last_event_at timestamptz(3),
      primary key (task_id, page),
      constraint import_pages_task foreign key (environment_id, task_id) references import_tasks (environment_id, id)
    );

    -- A problem of a row that was refused.
    create table import_rejections (
      task_id text collate "C" not null,
      row_number bigint not null,
      position integer not null,
      environment_id text collate "C" not null,
      field text not null,
      reason text not null,
      -- As it stands in the file, cut off where it is long.
      row_text text not null,
      primary key (task_id, row_number, position),
      constraint import_rejections_task foreign key (environment_id, task_id) references import_tasks (environment_id, id)
    );

    alter table file_uploads enable row level security;
    alter table import_tasks enable row level security;
    alter table import_pages enable row level security;
    alter table import_rejections enable row level security;
    create policy environment_isolation on file_uploads
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on import_tasks
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on import_pages
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on import_rejections
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
