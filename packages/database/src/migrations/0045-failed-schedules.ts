import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The run that has executed it, or found it to be impossible; none where somebody's change has brought it up.
    alter table subscription_schedules add column billing_run_id text collate "C";
    create index subscription_schedules_failed_in_run on subscription_schedules (billing_run_id, subscription_id, id)
      where schedule_status = 'failed';

    -- Of the periods that were billed, as they had been.
    alter table billing_run_slices add column schedules_failed bigint not null default 0;
  `.execute(db)
}
