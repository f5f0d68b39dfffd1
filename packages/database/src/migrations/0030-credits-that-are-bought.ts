import { type Kysely, sql } from 'kysely'

/** Credits that wait for the invoice that buys them, and wallets that are topped up by themselves. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table wallet_transactions
      -- What is not completed has no place in its ledger: it gets one as it is.
      alter column position drop not null,
      add constraint wallet_transactions_place check ((position is null) = (transaction_status <> 'completed'));
    create index wallet_transactions_pending on wallet_transactions (wallet_id, id) where transaction_status = 'pending';

    -- Of an invoice that buys credits the key is the purchase's own.
    create unique index invoices_credit_unique on invoices (environment_id, request_key)
      where invoice_type = 'CREDIT' and invoice_status <> 'VOIDED';

    alter table wallets
      add column auto_topup_enabled boolean not null default false,
      -- In credits: below which balance, and how many are bought then.
      add column auto_topup_threshold numeric(38, 18) check (auto_topup_threshold >= 0),
      add column auto_topup_credits numeric(38, 18) check (auto_topup_credits > 0),
      add column auto_topup_invoicing boolean not null default false,
      -- How long after one the next may come at the earliest.
      add column auto_topup_cooldown_value integer check (auto_topup_cooldown_value > 0),
      add column auto_topup_cooldown_unit text check (auto_topup_cooldown_unit in ('second', 'minute', 'hour', 'day')),
      add column topped_up_at timestamptz(3),
      -- From when on the billing run tops it up; null while it need not.
      add column topup_due_at timestamptz(3),
      add constraint wallets_auto_topup check (not auto_topup_enabled
        or auto_topup_threshold is not null and auto_topup_credits is not null),
      add constraint wallets_auto_topup_cooldown
        check ((auto_topup_cooldown_value is null) = (auto_topup_cooldown_unit is null)),
      add constraint wallets_topup_due check (topup_due_at is null or auto_topup_enabled and wallet_status = 'active');
    create index wallets_topup_due on wallets (environment_id, topup_due_at) where topup_due_at is not null;

    -- From when on a wallet is to be topped up that would have the balance: null where that is enough, and while an
    -- automatic top-up of it is not settled. It sees what its caller may see.
    create function topup_due(w wallets, balance numeric, now timestamptz) returns timestamptz
      language sql stable
      as $$
        select case when w.auto_topup_enabled and w.wallet_status = 'active' and balance < w.auto_topup_threshold
            and not exists (select from public.wallet_transactions t where t.wallet_id = w.id
              and t.transaction_status = 'pending' and t.origin = 'auto_topup')
          then coalesce(w.topup_due_at, greatest(now, w.topped_up_at + w.auto_topup_cooldown_value
            * case w.auto_topup_cooldown_unit when 'day' then interval '24 hours' when 'hour' then interval '1 hour'
              when 'minute' then interval '1 minute' else interval '1 second' end)) end
      $$;

    alter table billing_run_slices drop constraint billing_run_slices_work_check,
      add constraint billing_run_slices_work_check
        check (work in ('grants', 'periods', 'drafts', 'late', 'expiries', 'topups'));
    alter table billing_failures drop constraint billing_failures_work_check,
      add constraint billing_failures_work_check
        check (work in ('grants', 'periods', 'drafts', 'late', 'expiries', 'topups'));
  `.execute(db)
  await replaceDueList(db)
}

async function replaceDueList(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, and wallets that are to be topped up.
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
          (select g.due_at from public.due_grants(e.id, clock.now) g
            where not exists (select from public.billing_failures f
              where f.environment_id = e.id and f.subscription_id = g.subscription_id and f.work = 'grants'
                and f.next_attempt_at > statement_timestamp())
            order by g.due_at limit 1),
          (select min(l.due_at) from public.ended_with_late_usage(e.id, clock.now) l
            where not exists (select from public.billing_failures f
              where f.environment_id = e.id and f.subscription_id = l.subscription_id and f.work = 'late'
                and f.next_attempt_at > statement_timestamp())),
          (select min(c.expiry_date) from public.expired_credits(e.id, clock.now) c
            where not exists (select from public.billing_failures f
              where f.environment_id = e.id and f.subscription_id = c.wallet_id and f.work = 'expiries'
                and f.next_attempt_at > statement_timestamp())),
          (select w.topup_due_at from public.wallets w
            where w.environment_id = e.id and w.topup_due_at <= clock.now
              and not exists (select from public.billing_failures f
                where f.environment_id = e.id and f.subscription_id = w.id and f.work = 'topups'
                  and f.next_attempt_at > statement_timestamp())
            order by w.topup_due_at limit 1)) as since) due
        where e.id > after_id and due.since is not null
          and not exists (select from public.environment_settings s where s.environment_id = e.id and s.billing_paused)
          and not exists (select from public.billing_runs r where r.environment_id = e.id and r.trigger = 'clock'
            and r.finished_at is null and r.canceled_at is null)
        order by e.id limit environments_max
      $$;
  `.execute(db)
}
