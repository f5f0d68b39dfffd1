import { type Kysely, sql } from 'kysely'

/**
 * What is left of a credit stands apart from the ledger's row, which then never changes: a narrow row as long as
 * something is left, that changes in its place and goes as it is spent. In the ledger's own row it cost 150 µs of CPU a
 * wallet and bill, of which this is 10: each credit that was spent was written anew into five indexes (decision 71).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table wallet_credits (
      -- Of the ledger's row that brought it.
      id text collate "C" not null,
      environment_id text collate "C" not null,
      wallet_id text collate "C" not null,
      credit_amount numeric(38, 18) not null,
      credits_available numeric(38, 18) not null
        check (credits_available > 0 and credits_available <= credit_amount),
      priority integer,
      effective_date timestamptz(3),
      expiry_date timestamptz(3),
      is_purchased boolean not null,
      primary key (environment_id, id),
      constraint wallet_credits_transaction foreign key (environment_id, id)
        references wallet_transactions (environment_id, id)
    ) with (fillfactor = 60);
    alter table wallet_credits enable row level security;
    create policy environment_isolation on wallet_credits
      using (environment_id = (select current_setting('app.environment_id', true)));
    insert into wallet_credits (id, environment_id, wallet_id, credit_amount, credits_available, priority,
        effective_date, expiry_date, is_purchased)
      select id, environment_id, wallet_id, credit_amount, credits_available, priority, effective_date, expiry_date,
        is_purchased
      from wallet_transactions where has_credits;
    create index wallet_credits_wallet_id on wallet_credits (wallet_id, id);
    create index wallet_credits_expiry on wallet_credits (environment_id, expiry_date) where expiry_date is not null;

    -- As it was, of what is left.
    create or replace function expired_credits(of_environment text, now timestamptz)
      returns table (wallet_id text, credit_id text, expiry_date timestamptz)
      language sql stable
      as $$
        select c.wallet_id, c.id, c.expiry_date
        from public.wallet_credits c
        join public.wallets w on w.environment_id = of_environment and w.id = c.wallet_id
        where c.environment_id = of_environment and c.expiry_date <= now
          and not exists (select from public.invoices i where i.environment_id = of_environment
            and i.customer_id = w.customer_id and i.currency = w.currency and i.invoice_status = 'DRAFT'
            and i.period_end <= c.expiry_date)
          and not exists (select from public.subscriptions s where s.environment_id = of_environment
            and s.customer_id = w.customer_id and s.currency = w.currency and s.status <> 'deleted'
            and s.subscription_status in ('active', 'trialing', 'paused') and s.next_billing_at <= c.expiry_date)
      $$;

    alter table wallet_transactions drop column has_credits, drop column credits_available;
    alter table wallet_transactions reset (fillfactor);
    create view wallet_ledger with (security_invoker = true) as
      select t.*, coalesce(c.credits_available, 0) as credits_available
      from wallet_transactions t
      left join wallet_credits c on c.environment_id = t.environment_id and c.id = t.id;
  `.execute(db)
}
