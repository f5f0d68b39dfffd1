import { type Kysely, sql } from 'kysely'

/** Invoices, their lines with how each came about, their history, and the numbers without gaps. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table invoices (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      customer_id text collate "C" not null,
      subscription_id text collate "C",
      invoice_type text not null check (invoice_type in ('SUBSCRIPTION', 'ONE_OFF', 'CREDIT')),
      billing_reason text collate "C" not null check (billing_reason in
        ('SUBSCRIPTION_CREATE', 'SUBSCRIPTION_CYCLE', 'SUBSCRIPTION_UPDATE', 'SUBSCRIPTION_TRIAL_END',
         'SUBSCRIPTION_TRIAL_START', 'PRORATION', 'MANUAL', 'AUTO_INVOICE_THRESHOLD', 'WALLET_AUTO_TOPUP',
         'SUBSCRIPTION_PAUSED', 'SUBSCRIPTION_RESUME')),
      -- For a change or a one-off the request's id, which is part of its identity; else empty.
      request_key text collate "C" not null default '',
      invoice_status text collate "C" not null check (invoice_status in ('DRAFT', 'FINALIZED', 'VOIDED', 'SKIPPED')),
      payment_status text collate "C" not null check (payment_status in
        ('INITIATED', 'PENDING', 'PROCESSING', 'SUCCEEDED', 'OVERPAID', 'FAILED', 'REFUNDED', 'PARTIALLY_REFUNDED',
         'VOIDED')),
      -- Given at finalization: invoice_number_counters says which comes next.
      invoice_number text collate "C",
      billing_sequence integer check (billing_sequence >= 1),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      billing_period text collate "C" check (billing_period in
        ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'HALF_YEARLY', 'ANNUAL', 'ONETIME')),
      period_start timestamptz(3),
      period_end timestamptz(3),
      subtotal numeric(38, 18) not null check (subtotal >= 0),
      total_discount numeric(38, 18) not null default 0 check (total_discount >= 0),
      total_tax numeric(38, 18) not null default 0 check (total_tax >= 0),
      total_prepaid_credits_applied numeric(38, 18) not null default 0 check (total_prepaid_credits_applied >= 0),
      total numeric(38, 18) not null check (total >= 0),
      amount_paid numeric(38, 18) not null default 0 check (amount_paid >= 0),
      amount_due numeric(38, 18) not null check (amount_due >= 0),
      description text not null default '',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      issue_date timestamptz(3),
      due_date timestamptz(3),
      finalized_at timestamptz(3),
      paid_at timestamptz(3),
      voided_at timestamptz(3),
      -- Optimistic version: raised by every change.
      version integer not null default 1,
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint invoices_customer foreign key (environment_id, customer_id) references customers (environment_id, id),
      constraint invoices_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint invoices_total check
        (total = subtotal - total_discount + total_tax - total_prepaid_credits_applied),
      constraint invoices_amount_due check (amount_due = total - amount_paid),
      constraint invoices_period check (period_end >= period_start),
      constraint invoices_number_when_finalized check (case invoice_status
        when 'FINALIZED' then invoice_number is not null and finalized_at is not null
        when 'VOIDED' then voided_at is not null
        else invoice_number is null and finalized_at is null end)
    );
    -- Asking again gives the same invoice (billing rules, section 5).
    create unique index invoices_identity_unique on invoices
      (environment_id, subscription_id, billing_reason, period_start, period_end, request_key)
      where subscription_id is not null and invoice_status <> 'VOIDED';
    create unique index invoices_number_unique on invoices (environment_id, invoice_number)
      where invoice_number is not null;
    create index invoices_customer_id on invoices (customer_id, id);
    create index invoices_subscription_id on invoices (subscription_id, id) where subscription_id is not null;

    create table invoice_line_items (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      invoice_id text collate "C" not null,
      customer_id text collate "C" not null,
      subscription_id text collate "C",
      subscription_line_item_id text collate "C",
      plan_id text collate "C",
      price_id text collate "C",
      price_type text check (price_type in ('FIXED', 'USAGE')),
      display_name text not null default '',
      plan_display_name text not null default '',
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      quantity numeric(38, 18) not null,
      -- Rounded to the currency, once. Negative on a credit line only.
      amount numeric(38, 18) not null,
      is_credit boolean not null default false,
      line_item_discount numeric(38, 18) not null default 0 check (line_item_discount >= 0),
      invoice_level_discount numeric(38, 18) not null default 0 check (invoice_level_discount >= 0),
      prepaid_credits_applied numeric(38, 18) not null default 0 check (prepaid_credits_applied >= 0),
      period_start timestamptz(3) not null,
      period_end timestamptz(3) not null,
      -- How the amount came about: price and tiers used, window, proration. The amount can be computed again from it.
      explanation jsonb not null check (jsonb_typeof(explanation) = 'object'),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      -- Follows its invoice, so that the span can be billed again.
      is_voided boolean not null default false,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint invoice_line_items_invoice foreign key (environment_id, invoice_id)
        references invoices (environment_id, id),
      constraint invoice_line_items_sign check (is_credit or amount >= 0),
      constraint invoice_line_items_period check (period_end >= period_start)
    );
    create index invoice_line_items_invoice_id on invoice_line_items (invoice_id, id);
    -- A line's span is billed once.
    create unique index invoice_line_items_span_unique on invoice_line_items
      (subscription_line_item_id, period_start, period_end)
      where subscription_line_item_id is not null and not is_credit and not is_voided;

    -- Every change of an invoice's state, its beginning too.
    create table invoice_history (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      invoice_id text collate "C" not null,
      field text not null check (field in ('invoice_status', 'payment_status')),
      -- Null where the invoice begins.
      from_value text,
      to_value text not null,
      reason text not null default '',
      changed_at timestamptz(3) not null,
      changed_by text not null,
      constraint invoice_history_invoice foreign key (environment_id, invoice_id)
        references invoices (environment_id, id)
    );
    create index invoice_history_invoice_id on invoice_history (invoice_id, id);

    -- The last number given, per environment and UTC month (YYYYMM). Its row is locked until the finalizing
    -- transaction ends, so that a number that was taken is used or never taken.
    create table invoice_number_counters (
      environment_id text collate "C" not null references environments (id),
      month text collate "C" not null check (month ~ '^[0-9]{6}$'),
      last_number bigint not null check (last_number >= 1),
      primary key (environment_id, month)
    );

    alter table invoices enable row level security;
    alter table invoice_line_items enable row level security;
    alter table invoice_history enable row level security;
    alter table invoice_number_counters enable row level security;
    create policy environment_isolation on invoices
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on invoice_line_items
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on invoice_history
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on invoice_number_counters
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
