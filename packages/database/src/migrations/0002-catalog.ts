import { type Kysely, sql } from 'kysely'

/** Customers, plans and prices. Rows carry the environment alone: it belongs to one tenant by a foreign key. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table customers (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      external_id text collate "C" not null check (external_id <> ''),
      name text not null,
      email text not null default '',
      contact text not null default '',
      contact_persons jsonb not null default '[]' check (jsonb_typeof(contact_persons) = 'array'),
      address_line1 text not null default '',
      address_line2 text not null default '',
      address_city text not null default '',
      address_state text not null default '',
      address_postal_code text not null default '',
      address_country text not null default '',
      billing_currency text,
      tax_treatment text not null default 'taxable' check (tax_treatment in ('taxable', 'exempt')),
      timezone text not null default 'UTC',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id)
    );
    create unique index customers_external_id_unique on customers (environment_id, external_id)
      where status = 'published';

    create table plans (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      name text not null check (name <> ''),
      description text not null default '',
      lookup_key text collate "C" check (lookup_key <> ''),
      display_order integer,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      -- Raised by each change of the plan's prices, under the plan's row lock.
      price_sequence bigint not null default 0,
      -- The floor: every subscription of the plan is synced up to this sequence at least.
      synced_price_sequence bigint not null default 0,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint plans_sequence_order check (synced_price_sequence between 0 and price_sequence)
    );
    create unique index plans_lookup_key_unique on plans (environment_id, lookup_key)
      where status = 'published';

    create table prices (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      plan_id text collate "C",
      subscription_id text collate "C",
      -- The first price of the chain; its own id for that one.
      root_price_id text collate "C" not null,
      -- For a subscription's override: the plan price that it replaces.
      overridden_price_id text collate "C",
      successor_price_id text collate "C",
      type text not null check (type in ('FIXED', 'USAGE')),
      billing_model text not null check (billing_model in ('FLAT_FEE', 'PACKAGE', 'TIERED')),
      tier_mode text check (tier_mode in ('VOLUME', 'SLAB')),
      tiers jsonb check (jsonb_typeof(tiers) = 'array' and jsonb_array_length(tiers) > 0),
      amount numeric(38, 18) check (amount >= 0),
      divide_by bigint check (divide_by > 0),
      round text check (round in ('up', 'down')),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      billing_period text collate "C" not null check (billing_period in
        ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'HALF_YEARLY', 'ANNUAL', 'ONETIME')),
      billing_period_count integer not null default 1 check (billing_period_count >= 1),
      invoice_cadence text not null check (invoice_cadence in ('ADVANCE', 'ARREAR')),
      trial_period_days integer not null default 0 check (trial_period_days >= 0),
      min_quantity bigint check (min_quantity >= 0),
      lookup_key text collate "C" check (lookup_key <> ''),
      display_name text not null default '',
      description text not null default '',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      start_date timestamptz(3) not null,
      end_date timestamptz(3),
      -- The plan's sequence at the price's last change that concerns subscriptions; 0 for overrides.
      sequence bigint not null default 0,
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint prices_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint prices_one_owner check (num_nonnulls(plan_id, subscription_id) = 1),
      constraint prices_override_of_subscription check (overridden_price_id is null or subscription_id is not null),
      constraint prices_end_after_start check (end_date >= start_date),
      constraint prices_successor_ended check (successor_price_id is null or end_date is not null),
      constraint prices_terms check (case billing_model
        when 'TIERED' then tiers is not null and tier_mode is not null and amount is null
        when 'PACKAGE' then amount is not null and divide_by is not null and tiers is null
        else amount is not null and divide_by is null and tiers is null end)
    );
    create unique index prices_lookup_key_unique on prices (environment_id, lookup_key)
      where successor_price_id is null and end_date is null and status = 'published';
    create index prices_plan_sequence on prices (plan_id, sequence) where plan_id is not null;
    create index prices_subscription on prices (subscription_id, root_price_id) where subscription_id is not null;
    create index prices_root on prices (root_price_id);

    alter table customers enable row level security;
    alter table plans enable row level security;
    alter table prices enable row level security;
    create policy environment_isolation on customers
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on plans
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on prices
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
