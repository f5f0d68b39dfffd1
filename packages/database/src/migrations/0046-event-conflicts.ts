import { type Kysely, sql } from 'kysely'

/** Events that came with an id which another content had taken: the first one counts, and these are told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table event_conflicts (
      environment_id text collate "C" not null,
      -- Of the event's id and all of this content: the same content again is the same conflict.
      conflict_key uuid primary key,
      -- Of the event that counts, as event_ids has it: it goes when that is dropped.
      event_key uuid not null,
      timestamp timestamptz(3) not null,
      event_id text collate "C" not null,
      differs text[] not null check (differs <> '{}'),
      -- What was sent, and does not count.
      sent_event_name text collate "C" not null,
      sent_external_customer_id text collate "C" not null,
      sent_customer_id text collate "C",
      -- Null: none was sent.
      sent_timestamp timestamptz(3),
      sent_source text,
      sent_properties jsonb not null,
      times integer not null default 1 check (times > 0),
      first_sent_at timestamptz(3) not null,
      last_sent_at timestamptz(3) not null
    );
    create index event_conflicts_timestamp on event_conflicts (environment_id, timestamp, conflict_key);
    create index event_conflicts_event on event_conflicts (event_key);
    alter table event_conflicts enable row level security;
    create policy environment_isolation on event_conflicts
      using (environment_id = (select current_setting('app.environment_id', true)));

    alter table import_tasks add column conflict_records bigint not null default 0;
  `.execute(db)
}
