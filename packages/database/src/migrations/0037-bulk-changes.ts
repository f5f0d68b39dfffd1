import { type Kysely, sql } from 'kysely'

/** Changes of many subscriptions to another plan: what is asked for, what each would and did become, how far it is. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table bulk_changes (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      -- The caller's, or one of ours; with the hash it tells a repeated request from another one.
      idempotency_key text collate "C" not null,
      request_hash text not null,
      -- Which subscriptions: of the one plan those that the filters leave, or these.
      plan_id text collate "C",
      subscription_ids text[],
      currency text collate "C",
      billing_period text collate "C",
      started_before timestamptz(3),
      target_plan_id text collate "C" not null,
      proration_behavior text not null check (proration_behavior in ('create_prorations', 'none')),
      change_at text not null check (change_at in ('immediate', 'end_of_period')),
      supersede boolean not null,
      -- The one now of all of its figures, and from which an immediate change holds.
      pinned_at timestamptz(3) not null,
      -- From then on it is not executed any more.
      valid_until timestamptz(3) not null,
      -- Of the target plan as the preview began; null again where its prices changed meanwhile.
      target_sequence bigint,
      -- Set when the slices of the preview are cut.
      subscriptions_total bigint,
      preview jsonb,
      previewed_at timestamptz(3),
      started_at timestamptz(3),
      -- Of the workflow that executes it.
      started_run_id text,
      result jsonb,
      finished_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint bulk_changes_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint bulk_changes_target foreign key (environment_id, target_plan_id)
        references plans (environment_id, id),
      constraint bulk_changes_selection check (num_nonnulls(plan_id, subscription_ids) = 1),
      constraint bulk_changes_previewed check ((preview is null) = (previewed_at is null)),
      constraint bulk_changes_started check (started_at is null or previewed_at is not null),
      constraint bulk_changes_finished check ((result is null) = (finished_at is null)
        and (finished_at is null or started_at is not null))
    );
    create unique index bulk_changes_key_unique on bulk_changes (environment_id, idempotency_key);
    -- What is old enough to be purged.
    create index bulk_changes_environment on bulk_changes (environment_id, created_at);

    create table bulk_change_slices (
      bulk_change_id text collate "C" not null references bulk_changes (id) on delete cascade,
      phase text collate "C" not null check (phase in ('preview', 'execution')),
      slice smallint not null,
      environment_id text collate "C" not null,
      -- Subscriptions with an id in (cursor, range_end] are still to be done.
      cursor text collate "C" not null,
      range_end text collate "C" not null,
      subscriptions_due bigint not null,
      subscriptions_processed bigint not null default 0,
      subscriptions_left_out bigint not null default 0,
      updated_at timestamptz(3) not null,
      primary key (bulk_change_id, phase, slice),
      constraint bulk_change_slices_cursor check (cursor <= range_end)
    );

    create table bulk_change_items (
      bulk_change_id text collate "C" not null references bulk_changes (id) on delete cascade,
      subscription_id text collate "C" not null,
      environment_id text collate "C" not null,
      customer_id text collate "C" not null,
      external_customer_id text collate "C" not null,
      from_plan_id text collate "C" not null,
      currency text collate "C" not null,
      outcome text collate "C" not null check (outcome in ('to_change', 'changed', 'left_out')),
      -- The subscription's, as its figures were made: another one is another subscription.
      version integer not null,
      -- What was previewed; null where it cannot be changed.
      change_type text check (change_type in ('upgrade', 'downgrade', 'lateral')),
      effective_at timestamptz(3),
      credit_amount numeric(38, 18),
      charge_amount numeric(38, 18),
      net_amount numeric(38, 18),
      -- The change that was made, or written down for its boundary.
      change_id text collate "C",
      -- code, message: why it is left out.
      error jsonb,
      primary key (bulk_change_id, subscription_id),
      constraint bulk_change_items_error check ((outcome = 'left_out') = (error is not null)),
      constraint bulk_change_items_change check ((outcome = 'changed') = (change_id is not null)),
      constraint bulk_change_items_figures check (num_nonnulls(change_type, effective_at, credit_amount, charge_amount,
        net_amount) in (0, 5) and (outcome = 'left_out' or net_amount is not null))
    );
    create index bulk_change_items_outcome on bulk_change_items (bulk_change_id, outcome, subscription_id);

    alter table bulk_changes enable row level security;
    alter table bulk_change_slices enable row level security;
    alter table bulk_change_items enable row level security;
    create policy environment_isolation on bulk_changes
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on bulk_change_slices
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on bulk_change_items
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
