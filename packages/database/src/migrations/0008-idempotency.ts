import { type Kysely, sql } from 'kysely'

/** Answers that were given under an `Idempotency-Key`, for the hours that a retry may come. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table idempotency_keys (
      environment_id text collate "C" not null references environments (id),
      key text collate "C" not null check (length(key) between 1 and 255),
      -- What was asked for: operation, path, query and body.
      fingerprint bytea not null check (octet_length(fingerprint) = 32),
      created_at timestamptz(3) not null default now(),
      -- Null only within the transaction that does the work: both are written before it commits.
      answer_status smallint check (answer_status between 200 and 399),
      answer_body text,
      primary key (environment_id, key)
    );
    create index idempotency_keys_created_at on idempotency_keys (created_at);

    alter table idempotency_keys enable row level security;
    create policy environment_isolation on idempotency_keys
      using (environment_id = (select current_setting('app.environment_id', true)));

    -- Runs as the owner because what has expired is purged for all environments at once, by whichever
    -- gateway comes first. It can delete only what no retry may use any more, and tells a count alone.
    create function purge_idempotency_keys(rows_max integer) returns integer
      language sql volatile security definer set search_path = pg_catalog, public, pg_temp
      as $$
        with expired as (
          select k.environment_id, k.key from public.idempotency_keys k
          where k.created_at < now() - interval '24 hours'
          order by k.created_at limit rows_max for update skip locked
        ), purged as (
          delete from public.idempotency_keys k using expired e
          where k.environment_id = e.environment_id and k.key = e.key returning 1
        )
        select count(*)::integer from purged
      $$;
    revoke all on function purge_idempotency_keys(integer) from public;
  `.execute(db)
}
