import { type Kysely, sql } from 'kysely'

/** What is counted and sold: groups, meters, features, and what a price of usage needs of them. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table groups (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      name text collate "C" not null check (name <> ''),
      lookup_key text collate "C" not null check (lookup_key <> ''),
      entity_type text collate "C" not null check (entity_type in ('price', 'feature')),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id)
    );
    create unique index groups_lookup_key_unique on groups (environment_id, lookup_key)
      where status = 'published';
    create index groups_name on groups (environment_id, name);

    create table meters (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      name text not null check (name <> ''),
      event_name text collate "C" not null check (event_name <> ''),
      aggregation_type text not null check (aggregation_type in
        ('COUNT', 'SUM', 'AVG', 'COUNT_UNIQUE', 'LATEST', 'SUM_WITH_MULTIPLIER', 'MAX', 'WEIGHTED_SUM')),
      field text check (field <> ''),
      multiplier numeric(38, 18) check (multiplier > 0),
      bucket_size text check (bucket_size in
        ('MINUTE', '15MIN', '30MIN', 'HOUR', '3HOUR', '6HOUR', '12HOUR', 'DAY', 'WEEK', 'MONTH')),
      group_by text check (group_by <> ''),
      -- Equality lists, [{key, values}]: an event counts when each of the keys has one of its values.
      filters jsonb not null default '[]' check (jsonb_typeof(filters) = 'array'),
      reset_usage text not null check (reset_usage in ('BILLING_PERIOD', 'NEVER')),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint meters_field check ((aggregation_type = 'COUNT') = (field is null)),
      constraint meters_multiplier check ((aggregation_type = 'SUM_WITH_MULTIPLIER') = (multiplier is not null)),
      constraint meters_group_by check (group_by is null or bucket_size is not null)
    );
    create index meters_event_name on meters (environment_id, event_name);

    create table features (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      name text not null check (name <> ''),
      type text not null check (type in ('metered', 'boolean', 'static', 'config')),
      lookup_key text collate "C" check (lookup_key <> ''),
      description text not null default '',
      unit_singular text not null default '',
      unit_plural text not null default '',
      -- {unit_singular?, unit_plural?, conversion_rate?}: how usage is shown, never how it is billed.
      reporting_unit jsonb check (jsonb_typeof(reporting_unit) = 'object'),
      meter_id text collate "C",
      group_id text collate "C",
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint features_meter foreign key (environment_id, meter_id) references meters (environment_id, id),
      constraint features_group foreign key (environment_id, group_id) references groups (environment_id, id),
      constraint features_meter_when_metered check ((type = 'metered') = (meter_id is not null))
    );
    create unique index features_lookup_key_unique on features (environment_id, lookup_key)
      where status = 'published';
    create index features_meter_id on features (meter_id) where meter_id is not null;
    create index features_group_id on features (group_id) where group_id is not null;

    alter table prices
      add column meter_id text collate "C",
      add column group_id text collate "C",
      add column bucket_size text check (bucket_size in
        ('MINUTE', '15MIN', '30MIN', 'HOUR', '3HOUR', '6HOUR', '12HOUR', 'DAY', 'WEEK', 'MONTH')),
      -- {key: [values]}: which of the meter's events this price is for.
      add column filter_values jsonb check (jsonb_typeof(filter_values) = 'object'),
      add constraint prices_meter foreign key (environment_id, meter_id) references meters (environment_id, id),
      add constraint prices_group foreign key (environment_id, group_id) references groups (environment_id, id),
      add constraint prices_meter_for_usage check ((type = 'USAGE') = (meter_id is not null)),
      add constraint prices_metering_for_usage check (type = 'USAGE' or num_nonnulls(bucket_size, filter_values) = 0);
    create index prices_meter_id on prices (meter_id) where meter_id is not null;
    create index prices_group_id on prices (group_id) where group_id is not null;

    alter table groups enable row level security;
    alter table meters enable row level security;
    alter table features enable row level security;
    create policy environment_isolation on groups
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on meters
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on features
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
