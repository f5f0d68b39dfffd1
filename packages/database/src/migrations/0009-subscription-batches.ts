import { type Kysely, sql } from 'kysely'

/** Lists of subscriptions to create: stored first, as they do not fit into a workflow's input, with their outcome. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table subscription_batches (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      -- The caller's, or one of ours; with the hash it tells a repeated request from another one.
      idempotency_key text collate "C" not null,
      request_hash text not null,
      items_total integer not null check (items_total > 0),
      -- Items up to here are done; it moves in the transaction that writes their outcome.
      items_processed integer not null default 0,
      -- By the server's clock, not the environment's: it says when the list may be forgotten.
      stored_at timestamptz(3) not null default now(),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint subscription_batches_progress check (items_processed between 0 and items_total)
    );
    create unique index subscription_batches_key_unique on subscription_batches (environment_id, idempotency_key);
    create index subscription_batches_stored_at on subscription_batches (stored_at);

    create table subscription_batch_items (
      batch_id text collate "C" not null references subscription_batches (id),
      position integer not null check (position >= 0),
      environment_id text collate "C" not null,
      idempotency_key text not null,
      request_hash text not null,
      -- As on the wire. Null where it was refused before it was stored.
      request jsonb,
      subscription_id text collate "C",
      -- code, message, fields: why there is no subscription.
      error jsonb,
      primary key (batch_id, position),
      constraint subscription_batch_items_one_outcome check (num_nonnulls(subscription_id, error) <= 1),
      constraint subscription_batch_items_refused check (request is not null or error is not null)
    );

    alter table subscription_batches enable row level security;
    alter table subscription_batch_items enable row level security;
    create policy environment_isolation on subscription_batches
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on subscription_batch_items
      using (environment_id = (select current_setting('app.environment_id', true)));

    -- Eight days: a retry may come for one, and a list's workflow ends after seven, done or not. Runs as the owner
    -- because lists of all environments are purged at once; it deletes only these, and tells a count alone.
    create function purge_subscription_batches(rows_max integer) returns integer
      language sql volatile security definer set search_path = pg_catalog, public, pg_temp
      as $$
        with expired as materialized (
          select b.id from public.subscription_batches b
          where b.stored_at < now() - interval '8 days' order by b.stored_at limit rows_max for update skip locked
        ), items as (
          delete from public.subscription_batch_items i using expired e where i.batch_id = e.id
        ), purged as (
          delete from public.subscription_batches b using expired e where b.id = e.id returning 1
        )
        select count(*)::integer from purged
      $$;
    revoke all on function purge_subscription_batches(integer) from public;
  `.execute(db)
}
