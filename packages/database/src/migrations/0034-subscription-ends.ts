import { type Kysely, sql } from 'kysely'

/** How subscriptions begin that come from elsewhere, end by a cancellation, and stand still for a while. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table subscriptions
      -- What lies before counts as billed, by another system.
      add column bill_from timestamptz(3) check (bill_from >= start_date),
      -- The end that a cancellation has set, and end_date with it; null: an end is the subscription's own.
      add column cancel_at timestamptz(3) check (cancel_at = end_date),
      add column cancel_at_period_end boolean not null default false check (not cancel_at_period_end or cancel_at is not null),
      -- Of the period that the end cuts: how its fees are billed, and whether what was billed beyond comes back.
      add column cancel_proration_behavior text check (cancel_proration_behavior in ('create_prorations', 'none')),
      add constraint subscriptions_cancellation check ((cancel_at is null) = (cancel_proration_behavior is null));

    -- While a pause lasts the subscription's lines stand still: they bill nothing of [pause_start, pause_end).
    create table subscription_pauses (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      pause_status text collate "C" not null check (pause_status in ('scheduled', 'active', 'completed', 'cancelled')),
      pause_mode text not null check (pause_mode in ('immediate', 'period_end')),
      pause_start timestamptz(3) not null,
      -- When it goes on; null: when somebody says so.
      pause_end timestamptz(3),
      -- Of its start: whether what was billed beyond it came back.
      proration_behavior text not null check (proration_behavior in ('create_prorations', 'none')),
      -- Of its end: whether the rest of the period is charged. With an end alone.
      resume_proration_behavior text check (resume_proration_behavior in ('create_prorations', 'none')),
      -- The period in which it was asked for.
      original_period_start timestamptz(3) not null,
      original_period_end timestamptz(3) not null,
      resumed_at timestamptz(3),
      reason text not null default '',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint subscription_pauses_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint subscription_pauses_end_after_start check (pause_end >= pause_start),
      constraint subscription_pauses_resumed check ((pause_status = 'completed') = (resumed_at is not null)),
      constraint subscription_pauses_resume check ((pause_end is null) = (resume_proration_behavior is null))
    );
    create unique index subscription_pauses_one_open on subscription_pauses (environment_id, subscription_id)
      where pause_status in ('scheduled', 'active');
    create index subscription_pauses_subscription_id on subscription_pauses (subscription_id, id);

    alter table subscription_pauses enable row level security;
    create policy environment_isolation on subscription_pauses
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
