import { type Kysely, sql } from 'kysely'

/** Billing that runs by itself: an environment's settings, runs with their slices, what could not be billed, and what is due. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- An environment without a row has the defaults.
    create table environment_settings (
      environment_id text collate "C" primary key references environments (id),
      -- How long a cycle's invoice with usage waits for late events, from its period's end on.
      finalization_delay_hours smallint not null default 1 check (finalization_delay_hours between 0 and 72),
      invoice_number_prefix text not null default 'INV' check (invoice_number_prefix ~ '^[A-Z0-9][A-Z0-9-]{0,15}$'),
      -- Events that come after their invoice was finalized are only listed, or billed on the next one.
      late_usage text not null default 'list' check (late_usage in ('list', 'bill')),
      billing_paused boolean not null default false,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null
    );

    -- Who changed which setting, and from what: never updated, never deleted.
    create table audit_entries (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      entity_type text collate "C" not null,
      entity_id text collate "C" not null,
      -- By field: before and after.
      changes jsonb not null check (jsonb_typeof(changes) = 'object'),
      changed_at timestamptz(3) not null,
      changed_by text not null,
      request_id text not null
    );
    create index audit_entries_entity on audit_entries (environment_id, entity_type, entity_id, id);

    -- When a draft that waits for late events is rated once more and closed.
    alter table invoices add column finalize_at timestamptz(3);
    create index invoices_finalize_at on invoices (environment_id, finalize_at, id)
      where invoice_status = 'DRAFT' and finalize_at is not null;

    create table billing_runs (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      -- The caller's, or the workflow run's: the same one is the same run.
      request_key text collate "C" not null,
      request_hash text not null,
      trigger text not null check (trigger in ('schedule', 'request')),
      -- What was due by then is billed.
      as_of timestamptz(3) not null,
      -- Null: whatever is due.
      subscription_ids text[],
      dry_run boolean not null,
      workflow_id text,
      workflow_run_id text,
      -- How often its due work was cut into slices: what became due meanwhile is found by the next pass.
      passes smallint not null default 0,
      finished_at timestamptz(3),
      canceled_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint billing_runs_end check (finished_at is null or canceled_at is null)
    );
    create unique index billing_runs_request_key_unique on billing_runs (environment_id, request_key);
    create index billing_runs_environment on billing_runs (environment_id, id);
    create index billing_runs_workflow on billing_runs (workflow_run_id) where workflow_run_id is not null;

    create table billing_run_slices (
      run_id text collate "C" not null references billing_runs (id),
      pass smallint not null,
      slice smallint not null,
      environment_id text collate "C" not null,
      -- Subscriptions' periods, or drafts whose delay is over.
      work text not null check (work in ('periods', 'drafts')),
      -- What lies behind the cursor, up to the end, by (due instant, id), is still to be done.
      cursor_at timestamptz(3) not null,
      cursor_id text collate "C" not null,
      end_at timestamptz(3) not null,
      end_id text collate "C" not null,
      due bigint not null,
      processed bigint not null default 0,
      failed bigint not null default 0,
      invoices_created bigint not null default 0,
      invoices_finalized bigint not null default 0,
      updated_at timestamptz(3) not null,
      primary key (run_id, pass, slice)
    );

    create table billing_run_totals (
      run_id text collate "C" not null references billing_runs (id),
      pass smallint not null,
      slice smallint not null,
      environment_id text collate "C" not null,
      currency text collate "C" not null,
      invoices bigint not null,
      -- Of the invoices' totals as they were written first; a draft's may still change until it is closed. The sum of
      -- many is more than any of them may be.
      total numeric not null,
      primary key (run_id, pass, slice, currency)
    );

    -- What could not be billed, until it is: kept out of the pages until its next attempt. By the time of day,
    -- whatever a test clock says.
    create table billing_failures (
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      work text not null check (work in ('periods', 'drafts')),
      -- The last one that tried.
      run_id text collate "C" not null,
      code text not null,
      message text not null,
      attempts integer not null check (attempts >= 1),
      first_failed_at timestamptz(3) not null,
      last_failed_at timestamptz(3) not null,
      next_attempt_at timestamptz(3) not null,
      primary key (environment_id, subscription_id, work)
    );
    create index billing_failures_run on billing_failures (run_id, subscription_id);

    alter table environment_settings enable row level security;
    alter table audit_entries enable row level security;
    alter table billing_runs enable row level security;
    alter table billing_run_slices enable row level security;
    alter table billing_run_totals enable row level security;
    alter table billing_failures enable row level security;
    create policy environment_isolation on environment_settings
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on audit_entries
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on billing_runs
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on billing_run_slices
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on billing_run_totals
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on billing_failures
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
