import { type Kysely, sql } from 'kysely'

/** Usage events by month, the ids that were ever seen, and what a finalized invoice has counted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table events (
      environment_id text collate "C" not null,
      event_id text collate "C" not null,
      event_name text collate "C" not null check (event_name <> ''),
      external_customer_id text collate "C" not null check (external_customer_id <> ''),
      -- As it was sent; events belong to a customer by external_customer_id alone.
      customer_id text collate "C",
      timestamp timestamptz(3) not null,
      source text,
      properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object'),
      ingested_at timestamptz(3) not null,
      -- Who wrote it: an invoice has counted what its rating's snapshot could see, and the rest is late.
      transaction_id xid8 not null default pg_current_xact_id()
    ) partition by range (timestamp);
    create table events_rest partition of events default;
    create index events_lookup on events (external_customer_id, event_name, timestamp);
    create index events_timestamp on events using brin (timestamp);

    -- Every id that ever came, so that it counts once whatever month it is sent for (billing rules, section 4).
    -- It stays when a month of events is dropped.
    create table event_ids (
      environment_id text collate "C" not null,
      event_id text collate "C" not null,
      primary key (environment_id, event_id)
    );

    alter table invoices add column usage_snapshot pg_snapshot;

    alter table events enable row level security;
    alter table events_rest enable row level security;
    alter table event_ids enable row level security;
    create policy environment_isolation on events
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on event_ids
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
