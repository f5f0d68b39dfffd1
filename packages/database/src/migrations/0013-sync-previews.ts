import { type Kysely, sql } from 'kysely'

/** Dry runs of price edits with their sync: what was asked, how far it is, and each subscription's next invoice. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sync_previews (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      plan_id text collate "C" not null,
      -- The caller's, or one of ours; with the hash it tells a repeated request from another one.
      idempotency_key text collate "C" not null,
      request_hash text not null,
      -- Price id, changes and the instant from which they hold: all that is applied later.
      edits jsonb not null check (jsonb_typeof(edits) = 'array' and jsonb_array_length(edits) > 0),
      -- The one now of all its slices, and the events that all of them count.
      pinned_at timestamptz(3) not null,
      usage_snapshot pg_snapshot not null default pg_current_snapshot(),
      -- From here on a sync would do something else, as a price ends; null for never.
      valid_until timestamptz(3),
      -- What plan, prices and subscriptions were as its slices were cut; null again if they changed meanwhile.
      fingerprint text,
      subscriptions_total bigint,
      summary jsonb,
      finished_at timestamptz(3),
      applied_at timestamptz(3),
      -- Of the sync that was started for it.
      applied_run_id text,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint sync_previews_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint sync_previews_finished check ((summary is null) = (finished_at is null)),
      constraint sync_previews_applied check (applied_at is null or finished_at is not null)
    );
    create unique index sync_previews_key_unique on sync_previews (environment_id, idempotency_key);
    -- What is old enough to be purged.
    create index sync_previews_environment on sync_previews (environment_id, created_at);

    create table sync_preview_slices (
      preview_id text collate "C" not null references sync_previews (id) on delete cascade,
      slice smallint not null,
      environment_id text collate "C" not null,
      -- Subscriptions with an id in (cursor, range_end] are still to be done.
      cursor text collate "C" not null,
      range_end text collate "C" not null,
      subscriptions_due bigint not null,
      subscriptions_processed bigint not null default 0,
      -- Pairs of subscription and price by what the sync would do.
      outcomes jsonb not null default '{}' check (jsonb_typeof(outcomes) = 'object'),
      updated_at timestamptz(3) not null,
      primary key (preview_id, slice),
      constraint sync_preview_slices_cursor check (cursor <= range_end)
    );

    create table sync_preview_items (
      preview_id text collate "C" not null references sync_previews (id) on delete cascade,
      subscription_id text collate "C" not null,
      environment_id text collate "C" not null,
      customer_id text collate "C" not null,
      external_customer_id text collate "C" not null,
      currency text collate "C" not null,
      outcome text collate "C" not null check (outcome in ('touched', 'untouched', 'failed')),
      -- Of an untouched one: the sync's own reason.
      reason text collate "C" check (reason in ('incompatible', 'ended', 'overridden', 'ended_by_user', 'in_sync')),
      -- Of the next invoice; null where there is none.
      period_start timestamptz(3),
      period_end timestamptz(3),
      before numeric(38, 18),
      after numeric(38, 18),
      -- Each edited price, and each other that the sync would bring, with what becomes of it.
      prices jsonb not null,
      -- code, message: why it could not be rated.
      error jsonb,
      primary key (preview_id, subscription_id),
      constraint sync_preview_items_outcome check ((outcome = 'failed') = (error is not null)),
      constraint sync_preview_items_reason check ((outcome = 'untouched') = (reason is not null)),
      constraint sync_preview_items_amounts check ((before is null) = (outcome = 'failed') and (after is null) = (before is null))
    );
    create index sync_preview_items_outcome on sync_preview_items (preview_id, outcome, subscription_id);

    alter table sync_previews enable row level security;
    alter table sync_preview_slices enable row level security;
    alter table sync_preview_items enable row level security;
    create policy environment_isolation on sync_previews
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on sync_preview_slices
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on sync_preview_items
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
