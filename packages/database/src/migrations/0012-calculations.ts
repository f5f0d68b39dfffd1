import { type Kysely, sql } from 'kysely'

/** Calculations of charges: what was asked, how far it is, and what each subscription would be billed. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table calculations (
      id text collate "C" primary key,
      environment_id text collate "C" not null references environments (id),
      -- The caller's, or one of ours; with the hash it tells a repeated request from another one.
      idempotency_key text collate "C" not null,
      request_hash text not null,
      -- Which subscriptions: the one plan's, these, or all when both are null.
      plan_id text collate "C",
      subscription_ids text[],
      -- The window that is calculated; null for the next billing of each subscription.
      period_start timestamptz(3),
      period_end timestamptz(3),
      -- Whether it writes the draft invoices of the current periods, too.
      creates_drafts boolean not null,
      -- The one now of all of its slices, and the events that all of them count.
      pinned_at timestamptz(3) not null,
      usage_snapshot pg_snapshot not null default pg_current_snapshot(),
      workflow_id text,
      workflow_run_id text,
      -- Set when its slices are cut, and when they are all done.
      subscriptions_total bigint,
      finished_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint calculations_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint calculations_selection check (num_nonnulls(plan_id, subscription_ids) <= 1),
      constraint calculations_window check ((period_start is null) = (period_end is null) and period_end > period_start),
      constraint calculations_drafts check (not creates_drafts or period_start is null)
    );
    create unique index calculations_key_unique on calculations (environment_id, idempotency_key);
    -- What is old enough to be purged.
    create index calculations_environment on calculations (environment_id, created_at);

    create table calculation_slices (
      calculation_id text collate "C" not null references calculations (id),
      slice smallint not null,
      environment_id text collate "C" not null,
      -- Subscriptions with an id in (cursor, range_end] are still to be done.
      cursor text collate "C" not null,
      range_end text collate "C" not null,
      subscriptions_due bigint not null,
      subscriptions_processed bigint not null default 0,
      subscriptions_failed bigint not null default 0,
      updated_at timestamptz(3) not null,
      primary key (calculation_id, slice),
      constraint calculation_slices_cursor check (cursor <= range_end)
    );

    -- One row a slice, plan and currency, so that slices never wait for each other.
    create table calculation_totals (
      calculation_id text collate "C" not null references calculations (id),
      slice smallint not null,
      environment_id text collate "C" not null,
      plan_id text collate "C" not null,
      currency text collate "C" not null,
      subscriptions bigint not null,
      failed bigint not null,
      -- Without a limit: sums of any number of invoices that each come close to theirs.
      subtotal numeric not null,
      total numeric not null,
      primary key (calculation_id, slice, plan_id, currency)
    );

    create table calculation_items (
      calculation_id text collate "C" not null references calculations (id),
      subscription_id text collate "C" not null,
      environment_id text collate "C" not null,
      customer_id text collate "C" not null,
      external_customer_id text collate "C" not null,
      plan_id text collate "C" not null,
      currency text collate "C" not null,
      -- Of the invoice that it would be, or the window; null where it could not be rated.
      period_start timestamptz(3),
      period_end timestamptz(3),
      subtotal numeric(38, 18),
      total numeric(38, 18),
      -- Each line with its amount and how it came about, as an invoice would keep it.
      lines json not null,
      -- code, message: why there are no charges.
      error json,
      -- The draft that was made or refreshed.
      invoice_id text collate "C",
      primary key (calculation_id, subscription_id),
      constraint calculation_items_outcome check
        ((error is null) = (subtotal is not null) and (subtotal is null) = (total is null))
    );

    alter table calculations enable row level security;
    alter table calculation_slices enable row level security;
    alter table calculation_totals enable row level security;
    alter table calculation_items enable row level security;
    create policy environment_isolation on calculations
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on calculation_slices
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on calculation_totals
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on calculation_items
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
