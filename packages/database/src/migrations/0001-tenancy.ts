import { type Kysely, sql } from 'kysely'

/** Tenants, their environments (with the test clock's column) and API keys. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenants (
      id text collate "C" primary key,
      name text not null check (name <> ''),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      billing_details jsonb not null default '{}' check (jsonb_typeof(billing_details) = 'object'),
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now()
    );

    create table environments (
      id text collate "C" primary key,
      tenant_id text collate "C" not null references tenants (id),
      name text not null check (name <> ''),
      type text not null check (type in ('production', 'development')),
      -- The test clock: null means the time of day. Production has none (billing rules, section 9).
      clock_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      constraint environments_name_unique unique (tenant_id, name),
      constraint environments_tenant_unique unique (tenant_id, id),
      constraint environments_clock_development_only check (clock_at is null or type = 'development')
    );

    create table api_keys (
      id text collate "C" primary key,
      tenant_id text collate "C" not null,
      environment_id text collate "C" not null,
      name text not null,
      key_hash bytea not null check (octet_length(key_hash) = 32),
      -- A few characters of the secret, by which its holder knows it again.
      display_id text not null,
      user_id text not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      expires_at timestamptz(3),
      revoked_at timestamptz(3),
      -- To the minute.
      last_used_at timestamptz(3),
      -- The key that a rotation made in place of this one, which then has an end.
      successor_key_id text collate "C",
      constraint api_keys_hash_unique unique (key_hash),
      constraint api_keys_rotated_ends check (successor_key_id is null or expires_at is not null),
      constraint api_keys_environment foreign key (tenant_id, environment_id) references environments (tenant_id, id)
    );
    create index api_keys_environment_id on api_keys (environment_id, id);

    alter table tenants enable row level security;
    alter table environments enable row level security;
    alter table api_keys enable row level security;
    create policy tenant_isolation on tenants
      using (id = (select current_setting('app.tenant_id', true)));
    create policy tenant_isolation on environments
      using (tenant_id = (select current_setting('app.tenant_id', true)));
    create policy environment_isolation on api_keys
      using (environment_id = (select current_setting('app.environment_id', true))
        and tenant_id = (select current_setting('app.tenant_id', true)));

    -- Runs as the owner because a key is looked up before its scope is known. It yields one key by
    -- the hash of its secret, so a caller learns nothing that it could not prove it has.
    create function find_api_key(secret_hash bytea)
      returns table (id text, tenant_id text, environment_id text, user_id text, key_hash bytea,
        expires_at timestamptz, revoked_at timestamptz)
      language sql stable security definer set search_path = pg_catalog, public, pg_temp
      as $$
        select k.id, k.tenant_id, k.environment_id, k.user_id, k.key_hash, k.expires_at, k.revoked_at
        from public.api_keys k join public.tenants t on t.id = k.tenant_id
        where k.key_hash = secret_hash and t.status = 'published'
      $$;
    revoke all on function find_api_key(bytea) from public;

    -- Runs as the owner because a gateway notes the uses of many tenants' keys in one statement. It tells
    -- nothing, and can only move a last use forward, never past now, at most once a minute a key: so it is
    -- a row a minute however many gateways note. What another gateway is just writing is skipped.
    create function touch_api_keys(key_ids text[], used_at timestamptz[])
      returns void
      language sql volatile security definer set search_path = pg_catalog, public, pg_temp
      as $$
        with used as (
          select id, least(max(at), clock_timestamp()) as at
          from unnest(key_ids, used_at) as use (id, at) group by id),
        due as (
          select k.id, used.at from public.api_keys k join used on used.id = k.id
          where k.last_used_at is null or k.last_used_at <= used.at - interval '1 minute'
          order by k.id for no key update of k skip locked)
        update public.api_keys k set last_used_at = due.at from due where k.id = due.id
      $$;
    revoke all on function touch_api_keys(text[], timestamptz[]) from public;
  `.execute(db)
}
