import { type Kysely, sql } from 'kysely'

/** Where a price sync stands: one row a run, one row a slice with its cursor and counts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table price_sync_runs (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      plan_id text collate "C" not null,
      workflow_id text not null,
      workflow_run_id text not null,
      -- Prices changed after the first, up to and with the second, are brought to the subscriptions.
      from_sequence bigint not null,
      target_sequence bigint not null,
      subscriptions_total bigint not null,
      started_at timestamptz(3) not null,
      finished_at timestamptz(3),
      constraint price_sync_runs_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint price_sync_runs_sequence check (target_sequence > from_sequence)
    );
    -- One sync of a plan at a time, held by the database too.
    create unique index price_sync_runs_one_open on price_sync_runs (plan_id) where finished_at is null;
    create index price_sync_runs_workflow on price_sync_runs (environment_id, workflow_id, workflow_run_id, id);

    create table price_sync_slices (
      run_id text collate "C" not null references price_sync_runs (id),
      slice smallint not null,
      environment_id text collate "C" not null,
      -- Subscriptions with an id in (cursor, range_end] are still to be done; the cursor begins below the range.
      range_start text collate "C" not null,
      range_end text collate "C" not null,
      cursor text collate "C" not null,
      -- How many lay behind the cursor when the run began: what progress is measured by.
      subscriptions_due bigint not null,
      subscriptions_processed bigint not null default 0,
      prices_added bigint not null default 0,
      prices_removed bigint not null default 0,
      skipped_incompatible bigint not null default 0,
      skipped_ended bigint not null default 0,
      skipped_overridden bigint not null default 0,
      skipped_ended_by_user bigint not null default 0,
      skipped_in_sync bigint not null default 0,
      updated_at timestamptz(3) not null,
      primary key (run_id, slice),
      constraint price_sync_slices_cursor check (cursor >= range_start and cursor <= range_end)
    );

    alter table price_sync_runs enable row level security;
    alter table price_sync_slices enable row level security;
    create policy environment_isolation on price_sync_runs
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on price_sync_slices
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
