import { type Kysely, sql } from 'kysely'

/** Entitlements: what a plan or a single subscription grants of a feature. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table entitlements (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      plan_id text collate "C",
      subscription_id text collate "C",
      feature_id text collate "C" not null,
      -- The feature's, which never changes: a search by it needs no join.
      feature_type text collate "C" not null check (feature_type in ('metered', 'boolean', 'static', 'config')),
      -- For a subscription's own: the plan's entitlement that it replaces there.
      parent_entitlement_id text collate "C",
      is_enabled boolean not null,
      -- Null: no limit.
      usage_limit bigint check (usage_limit >= 0),
      -- Null: with the subscription's billing period.
      usage_reset_period text check (usage_reset_period in
        ('MONTHLY', 'ANNUAL', 'WEEKLY', 'DAILY', 'QUARTERLY', 'HALF_YEARLY', 'NEVER')),
      is_soft_limit boolean not null,
      static_value text check (static_value <> ''),
      config_value jsonb check (jsonb_typeof(config_value) = 'object'),
      start_date timestamptz(3),
      end_date timestamptz(3),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint entitlements_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint entitlements_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint entitlements_feature foreign key (environment_id, feature_id) references features (environment_id, id),
      constraint entitlements_parent foreign key (environment_id, parent_entitlement_id)
        references entitlements (environment_id, id),
      constraint entitlements_one_owner check (num_nonnulls(plan_id, subscription_id) = 1),
      constraint entitlements_parent_of_subscription check (parent_entitlement_id is null or subscription_id is not null),
      constraint entitlements_end_after_start check (end_date > start_date),
      constraint entitlements_terms check (case feature_type
        when 'metered' then num_nonnulls(static_value, config_value) = 0
        else num_nonnulls(usage_limit, usage_reset_period) = 0 and not is_soft_limit
          and (feature_type = 'static') = (static_value is not null)
          and (feature_type = 'config') = (config_value is not null) end)
    );
    create unique index entitlements_plan_feature_unique on entitlements (environment_id, plan_id, feature_id)
      where plan_id is not null and status = 'published';
    create unique index entitlements_subscription_feature_unique
      on entitlements (environment_id, subscription_id, feature_id)
      where subscription_id is not null and status = 'published';
    create index entitlements_feature_id on entitlements (feature_id, id);
    create index entitlements_feature_type on entitlements (environment_id, feature_type, id);

    alter table entitlements enable row level security;
    create policy environment_isolation on entitlements
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
