import { type Kysely, sql } from 'kysely'

/** What is to happen to a subscription at a boundary that lies ahead: a change of its plan, or its end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table subscription_schedules (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      schedule_type text collate "C" not null check (schedule_type in ('plan_change', 'cancellation')),
      -- One that another took the place of is told as cancelled.
      schedule_status text collate "C" not null check (schedule_status in
        ('pending', 'executed', 'failed', 'cancelled', 'superseded')),
      -- The boundary, as it was when this was asked for.
      scheduled_at timestamptz(3) not null,
      -- What is to be done, as whoever executes it reads it.
      configuration jsonb not null check (jsonb_typeof(configuration) = 'object'),
      -- What was done.
      execution_result jsonb check (jsonb_typeof(execution_result) = 'object'),
      -- Why it can never be done.
      error_code text,
      error_message text,
      -- When it was done, or was found to be impossible.
      executed_at timestamptz(3),
      cancelled_at timestamptz(3),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint subscription_schedules_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint subscription_schedules_executed
        check ((schedule_status in ('executed', 'failed')) = (executed_at is not null)),
      constraint subscription_schedules_failed
        check ((schedule_status = 'failed') = (error_code is not null and error_message is not null)),
      constraint subscription_schedules_cancelled
        check ((schedule_status in ('cancelled', 'superseded')) = (cancelled_at is not null))
    );
    -- Two changes at once: one wins, the other is a conflict. Also how a boundary finds what is due at it.
    create unique index subscription_schedules_one_pending on subscription_schedules (environment_id, subscription_id)
      where schedule_status = 'pending';
    create index subscription_schedules_subscription_id on subscription_schedules (subscription_id, id);

    alter table subscription_schedules enable row level security;
    create policy environment_isolation on subscription_schedules
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
