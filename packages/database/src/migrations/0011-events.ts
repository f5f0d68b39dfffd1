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
    -- A customer's usage, and lists by time. The first column differs most, so that comparing ends with it.
    create index events_lookup on events (external_customer_id, environment_id, event_name, timestamp);
    create index events_timestamp on events (environment_id, timestamp);

    -- Every id that ever came, so that it counts once whatever month it is sent for (billing rules, section 4),
    -- and where its event lies. It stays when the event is voided or its month is dropped.
    create table event_ids (
      environment_id text collate "C" not null,
      event_key uuid primary key,
      external_customer_id text collate "C" not null,
      event_name text collate "C" not null,
      timestamp timestamptz(3) not null,
      voided_at timestamptz(3)
    );

    -- 128 bits of SHA-256: no two ids will ever meet, and the index is a third of one on the ids themselves
    -- (docs/decisions/0016-event-ids.md).
    create function event_key(environment_id text, event_id text) returns uuid
      language sql immutable parallel safe strict
      return encode(substring(sha256(convert_to(environment_id || '/' || event_id, 'UTF8')), 1, 16), 'hex')::uuid;

    alter table invoices add column usage_snapshot pg_snapshot;

    alter table events enable row level security;
    alter table events_rest enable row level security;
    alter table event_ids enable row level security;
    create policy environment_isolation on events
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on event_ids
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
  await createPartitionFunction(db)
  await sql`select ensure_event_months(${monthsBack}, ${monthsAhead})`.execute(db)
}

/** Older events go to the rest, which needs no month of its own to be right. */
const monthsBack = 12
const monthsAhead = 3

async function createPartitionFunction(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Runs as the owner because a gateway makes the months to come, and only an owner makes tables. It can
    -- make months of events and nothing else. Events that came before their month was made are moved into it.
    -- Gateways that do it at once wait for each other, but no longer than events may wait for them.
    create function ensure_event_months(months_back integer, months_ahead integer) returns integer
      language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
      set timezone = 'UTC' set lock_timeout = '2s'
      as $$
        declare
          month timestamptz;
          partition text;
          made integer := 0;
        begin
          if months_back not between 0 and 120 or months_ahead not between 0 and 12 then
            raise exception 'months out of bounds' using errcode = '22023';
          end if;
          for month in
            select date_trunc('month', now()) + n * interval '1 month'
            from generate_series(-months_back, months_ahead) n
          loop
            partition := 'events_' || to_char(month, 'YYYY_MM');
            continue when to_regclass('public.' || partition) is not null;
            lock table public.events_rest in access exclusive mode;
            -- Another gateway may have made it meanwhile.
            continue when to_regclass('public.' || partition) is not null;
            execute format('create table public.%I (like public.events including defaults including constraints)', partition);
            execute format('alter table public.%I enable row level security', partition);
            execute format('with moved as (delete from public.events_rest
                where timestamp >= %L and timestamp < %L returning *)
              insert into public.%I select * from moved', month, month + interval '1 month', partition);
            execute format('alter table public.events attach partition public.%I for values from (%L) to (%L)',
              partition, month, month + interval '1 month');
            made := made + 1;
          end loop;
          return made;
        end
      $$;
    revoke all on function ensure_event_months(integer, integer) from public;
    -- It makes tables long after this migration, also in a copy of the database that another role made.
    grant create on schema public to current_user;
  `.execute(db)
}
