import { type Kysely, sql } from 'kysely'

/** Wallets of prepaid credits, and the ledger of what came into them and went out. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table wallets (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      customer_id text collate "C" not null,
      name text not null default '',
      description text not null default '',
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      wallet_type text not null default 'PRE_PAID' check (wallet_type = 'PRE_PAID'),
      wallet_status text collate "C" not null default 'active' check (wallet_status in ('active', 'frozen', 'closed')),
      -- Which lines of an invoice it may pay.
      allowed_price_types text collate "C" not null default 'ALL' check (allowed_price_types in ('ALL', 'USAGE', 'FIXED')),
      -- The money that one credit is worth as it is spent, and what it costs as it is bought.
      conversion_rate numeric(38, 18) not null check (conversion_rate > 0),
      topup_conversion_rate numeric(38, 18) not null check (topup_conversion_rate > 0),
      -- What is available of all its credits together.
      credit_balance numeric(38, 18) not null default 0 check (credit_balance >= 0),
      -- How many rows its ledger has.
      transaction_count integer not null default 0,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint wallets_customer foreign key (environment_id, customer_id) references customers (environment_id, id),
      constraint wallets_closed_is_empty check (wallet_status <> 'closed' or credit_balance = 0)
    );
    create unique index wallets_open_unique on wallets
      (environment_id, customer_id, currency, conversion_rate, allowed_price_types) where wallet_status <> 'closed';
    create index wallets_customer_id on wallets (customer_id, id);

    -- Rows never change but for what is available of a credit.
    create table wallet_transactions (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      wallet_id text collate "C" not null,
      customer_id text collate "C" not null,
      -- The how manieth of its wallet it is: each begins with the balance that the one before it left.
      position integer not null check (position >= 1),
      type text collate "C" not null check (type in ('credit', 'debit')),
      transaction_status text collate "C" not null check (transaction_status in ('pending', 'completed', 'failed')),
      transaction_reason text collate "C" not null check (transaction_reason in
        ('INVOICE_PAYMENT', 'FREE_CREDIT_GRANT', 'SUBSCRIPTION_CREDIT_GRANT', 'PURCHASED_CREDIT_INVOICED',
         'PURCHASED_CREDIT_DIRECT', 'CREDIT_NOTE', 'CREDIT_EXPIRED', 'WALLET_TERMINATION', 'MANUAL_BALANCE_DEBIT',
         'CREDIT_ADJUSTMENT', 'INVOICE_VOID_REFUND', 'PURCHASED_CREDIT_BONUS')),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      credit_amount numeric(38, 18) not null check (credit_amount > 0),
      -- In money, whole units: what was paid for or with the credits, else what they are worth.
      amount numeric(38, 18) not null check (amount >= 0),
      credits_available numeric(38, 18) not null check (credits_available between 0 and credit_amount),
      credit_balance_before numeric(38, 18) not null check (credit_balance_before >= 0),
      credit_balance_after numeric(38, 18) not null check (credit_balance_after >= 0),
      conversion_rate numeric(38, 18) not null,
      topup_conversion_rate numeric(38, 18) not null,
      priority integer check (priority >= 0),
      effective_date timestamptz(3),
      expiry_date timestamptz(3),
      -- Of a credit: whether it was paid for.
      is_purchased boolean not null default false,
      -- A bonus names its purchase, what comes back of an expired credit that credit.
      parent_transaction_id text collate "C",
      reference_type text collate "C" not null check (reference_type in ('PAYMENT', 'EXTERNAL', 'REQUEST', 'INVOICE')),
      reference_id text collate "C" not null,
      -- Who books by keys of its own, and the key: the same one is one transaction, for ever.
      origin text collate "C" not null,
      idempotency_key text collate "C" not null,
      request_hash text collate "C" not null default '',
      description text not null default '',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint wallet_transactions_wallet foreign key (environment_id, wallet_id) references wallets (environment_id, id),
      constraint wallet_transactions_debit check (type = 'credit' or credits_available = 0),
      constraint wallet_transactions_balance check (credit_balance_after = credit_balance_before
        + case when transaction_status <> 'completed' then 0 when type = 'credit' then credit_amount else -credit_amount end)
    );
    create unique index wallet_transactions_position_unique on wallet_transactions (wallet_id, position);
    create unique index wallet_transactions_key_unique on wallet_transactions (environment_id, origin, idempotency_key);
    create index wallet_transactions_wallet_id on wallet_transactions (wallet_id, id);
    create index wallet_transactions_reference on wallet_transactions (environment_id, reference_id, id);
    create index wallet_transactions_available on wallet_transactions (wallet_id, id) where credits_available > 0;
    create index wallet_transactions_expiry on wallet_transactions (environment_id, expiry_date)
      where credits_available > 0 and expiry_date is not null;

    -- Which credits a transaction took from, or gave back to.
    create table wallet_consumptions (
      environment_id text collate "C" not null,
      transaction_id text collate "C" not null,
      credit_transaction_id text collate "C" not null,
      credits numeric(38, 18) not null check (credits > 0),
      -- Of a debit: never more than it took.
      credits_returned numeric(38, 18) not null default 0 check (credits_returned between 0 and credits),
      primary key (environment_id, transaction_id, credit_transaction_id),
      constraint wallet_consumptions_transaction foreign key (environment_id, transaction_id)
        references wallet_transactions (environment_id, id),
      constraint wallet_consumptions_credit foreign key (environment_id, credit_transaction_id)
        references wallet_transactions (environment_id, id)
    );

    -- Credits whose end has come. What pays an earlier period may still use them: they wait for its draft, and for a
    -- period that is not billed as yet. It sees what its caller may see.
    create function expired_credits(of_environment text, now timestamptz)
      returns table (wallet_id text, credit_id text, expiry_date timestamptz)
      language sql stable
      as $$
        select c.wallet_id, c.id, c.expiry_date
        from public.wallet_transactions c
        where c.environment_id = of_environment and c.expiry_date <= now and c.credits_available > 0
          and not exists (select from public.invoices i where i.environment_id = of_environment
            and i.customer_id = c.customer_id and i.currency = c.currency and i.invoice_status = 'DRAFT'
            and i.period_end < c.expiry_date)
          and not exists (select from public.subscriptions s where s.environment_id = of_environment
            and s.customer_id = c.customer_id and s.currency = c.currency and s.status <> 'deleted'
            and s.subscription_status in ('active', 'trialing') and s.next_billing_at < c.expiry_date)
      $$;

    alter table billing_run_slices drop constraint billing_run_slices_work_check,
      add constraint billing_run_slices_work_check check (work in ('periods', 'drafts', 'late', 'expiries'));
    alter table billing_failures drop constraint billing_failures_work_check,
      add constraint billing_failures_work_check check (work in ('periods', 'drafts', 'late', 'expiries'));

    alter table wallets enable row level security;
    alter table wallet_transactions enable row level security;
    alter table wallet_consumptions enable row level security;
    create policy environment_isolation on wallets
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on wallet_transactions
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on wallet_consumptions
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
  await replaceDueList(db)
}

async function replaceDueList(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, and with credits whose end has come.
    create or replace function list_due_environments(after_id text, environments_max integer)
      returns table (tenant_id text, environment_id text, overdue_ms bigint)
      language sql stable security definer set search_path = pg_catalog, public, pg_temp
      as $$
        select e.tenant_id, e.id, (extract(epoch from clock.now - due.since) * 1000)::bigint
        from public.environments e
        cross join lateral (select coalesce(e.clock_at, date_trunc('milliseconds', clock_timestamp())) as now) clock
        cross join lateral (select least(
          (select s.next_billing_at from public.subscriptions s
            where s.environment_id = e.id and s.next_billing_at <= clock.now and s.status <> 'deleted'
              and s.subscription_status in ('active', 'trialing')
              and not exists (select from public.billing_failures f
                where f.environment_id = e.id and f.subscription_id = s.id and f.work = 'periods'
                  and f.next_attempt_at > statement_timestamp())
            order by s.next_billing_at limit 1),
          (select i.finalize_at from public.invoices i
            where i.environment_id = e.id and i.finalize_at <= clock.now and i.invoice_status = 'DRAFT'
              and not exists (select from public.billing_failures f
                where f.environment_id = e.id and f.subscription_id = i.subscription_id and f.work = 'drafts'
                  and f.next_attempt_at > statement_timestamp())
            order by i.finalize_at limit 1),
          (select min(l.due_at) from public.ended_with_late_usage(e.id, clock.now) l
            where not exists (select from public.billing_failures f
              where f.environment_id = e.id and f.subscription_id = l.subscription_id and f.work = 'late'
                and f.next_attempt_at > statement_timestamp())),
          (select min(c.expiry_date) from public.expired_credits(e.id, clock.now) c
            where not exists (select from public.billing_failures f
              where f.environment_id = e.id and f.subscription_id = c.wallet_id and f.work = 'expiries'
                and f.next_attempt_at > statement_timestamp()))) as since) due
        where e.id > after_id and due.since is not null
          and not exists (select from public.environment_settings s where s.environment_id = e.id and s.billing_paused)
          and not exists (select from public.billing_runs r where r.environment_id = e.id and r.trigger = 'clock'
            and r.finished_at is null and r.canceled_at is null)
        order by e.id limit environments_max
      $$;
  `.execute(db)
}
