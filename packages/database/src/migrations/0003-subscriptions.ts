import { type Kysely, sql } from 'kysely'

/** Subscriptions, their line items, and how many subscriptions a plan has. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table subscriptions (
      id text collate "C" not null,
      -- Of an environment that exists, as the plan's is: a foreign key of its own would cost a fifth of an insert.
      environment_id text collate "C" not null,
      customer_id text collate "C" not null,
      plan_id text collate "C" not null,
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      billing_period text collate "C" not null check (billing_period in
        ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'HALF_YEARLY', 'ANNUAL')),
      billing_period_count integer not null default 1 check (billing_period_count >= 1),
      billing_cycle text not null default 'anniversary' check (billing_cycle in ('anniversary', 'calendar')),
      billing_anchor timestamptz(3) not null,
      timezone text not null default 'UTC',
      start_date timestamptz(3) not null,
      end_date timestamptz(3),
      current_period_start timestamptz(3) not null,
      current_period_end timestamptz(3) not null,
      subscription_status text collate "C" not null check (subscription_status in
        ('active', 'paused', 'cancelled', 'incomplete', 'trialing', 'draft')),
      trial_start timestamptz(3),
      trial_end timestamptz(3),
      -- When billing has something to do next: its start if that lies ahead, its trial's end, else its period's end.
      -- Null for a draft, and once nothing is due any more.
      next_billing_at timestamptz(3),
      payment_behavior text not null default 'default_active' check (payment_behavior in
        ('allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'default_active')),
      proration_behavior text not null default 'none' check (proration_behavior in ('create_prorations', 'none')),
      collection_method text not null default 'charge_automatically' check (collection_method in
        ('charge_automatically', 'send_invoice')),
      payment_terms text check (payment_terms in ('15 NET', '30 NET', '45 NET', '60 NET', '75 NET', '90 NET',
        'END_OF_MONTH', 'END_OF_NEXT_MONTH')),
      -- The same key is the same subscription, for ever; the hash tells a repeated request from another one.
      idempotency_key text collate "C",
      request_hash text,
      -- What a draft was asked for, until it is activated: its lines are then made anew from its start.
      draft_request jsonb,
      activated_at timestamptz(3),
      lookup_key text collate "C",
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      -- The plan's price sequence that its lines were made from. Synced up to the greater of this and the plan's floor.
      synced_price_sequence bigint not null,
      -- Optimistic version: raised by every change.
      version integer not null default 1,
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint subscriptions_customer foreign key (environment_id, customer_id) references customers (environment_id, id),
      constraint subscriptions_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint subscriptions_end_after_start check (end_date >= start_date),
      constraint subscriptions_period check (current_period_end > current_period_start),
      constraint subscriptions_trial check (trial_end > trial_start and (trial_end is null) = (trial_start is null)),
      constraint subscriptions_request_hash check ((idempotency_key is null) = (request_hash is null))
    );
    create unique index subscriptions_idempotency_key_unique on subscriptions (environment_id, idempotency_key)
      where idempotency_key is not null;
    -- What a price sync walks over, and counts, without touching the table.
    create index subscriptions_plan_live on subscriptions (plan_id, id) include (synced_price_sequence)
      where subscription_status <> 'cancelled';
    create index subscriptions_trial_end on subscriptions (environment_id, trial_end)
      where subscription_status = 'trialing';
    create index subscriptions_customer_id on subscriptions (customer_id, id);
    -- What billing has to do next, found by keyset.
    create index subscriptions_next_billing_at on subscriptions (environment_id, next_billing_at, id)
      where next_billing_at is not null;

    create table subscription_line_items (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      price_id text collate "C" not null,
      quantity numeric(38, 18) not null check (quantity >= 0),
      start_date timestamptz(3) not null,
      end_date timestamptz(3),
      -- Who set the end: a sync lets it follow the price again, a user's stays.
      ended_by text check (ended_by in ('price', 'user')),
      metadata jsonb check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint line_items_end_after_start check (end_date >= start_date),
      constraint line_items_ended_by check ((ended_by is null) = (end_date is null)),
      -- No environment in it: both ids are ours and unique everywhere, and 30 bytes a row cost 2 µs an insert.
      constraint line_items_unique unique (subscription_id, price_id, start_date)
    -- Ends are set within the row's page, without a new entry in any index, as long as it has room.
    ) with (fillfactor = 95);

    -- How many live subscriptions a plan has, in slots so that concurrent creations seldom meet on a row.
    create table plan_subscription_counts (
      environment_id text collate "C" not null,
      plan_id text collate "C" not null,
      slot smallint not null,
      subscriptions bigint not null,
      primary key (plan_id, slot)
    );

    alter table subscriptions enable row level security;
    alter table subscription_line_items enable row level security;
    alter table plan_subscription_counts enable row level security;
    create policy environment_isolation on subscriptions
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on subscription_line_items
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on plan_subscription_counts
      using (environment_id = (select current_setting('app.environment_id', true)));

    create function count_subscriptions_inserted() returns trigger language plpgsql as $$
      begin
        insert into plan_subscription_counts as c (environment_id, plan_id, slot, subscriptions)
          select environment_id, plan_id, pg_backend_pid() % 16, count(*) from inserted
          where subscription_status <> 'cancelled' group by environment_id, plan_id order by plan_id
          on conflict (plan_id, slot) do update set subscriptions = c.subscriptions + excluded.subscriptions;
        return null;
      end $$;
    create trigger count_inserted after insert on subscriptions referencing new table as inserted
      for each statement execute function count_subscriptions_inserted();

    create function count_subscription_changed() returns trigger language plpgsql as $$
      begin
        insert into plan_subscription_counts as c (environment_id, plan_id, slot, subscriptions)
          select environment_id, plan_id, pg_backend_pid() % 16, sum(change) from (values
            (old.environment_id, old.plan_id, case when old.subscription_status <> 'cancelled' then -1 else 0 end),
            (new.environment_id, new.plan_id, case when new.subscription_status <> 'cancelled' then 1 else 0 end)
          ) as change (environment_id, plan_id, change) group by environment_id, plan_id order by plan_id
          on conflict (plan_id, slot) do update set subscriptions = c.subscriptions + excluded.subscriptions;
        return null;
      end $$;
    create trigger count_changed after update of subscription_status, plan_id on subscriptions for each row
      when (old.plan_id <> new.plan_id
        or (old.subscription_status = 'cancelled') <> (new.subscription_status = 'cancelled'))
      execute function count_subscription_changed();
  `.execute(db)
}
