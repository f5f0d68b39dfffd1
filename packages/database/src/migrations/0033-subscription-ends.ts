import { type Kysely, sql } from 'kysely'

/** How subscriptions begin that come from elsewhere, end by a cancellation, and stand still for a while. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table subscriptions
      -- What lies before counts as billed, by another system.
      add column bill_from timestamptz(3) check (bill_from >= start_date),
      -- The end that a cancellation has set, and end_date with it; null: an end is the subscription's own.
      add column cancel_at timestamptz(3) check (cancel_at = end_date),
      -- Whether it has pauses: they are read behind its lock, and only where there are any.
      add column was_paused boolean not null default false,
      add column cancel_at_period_end boolean not null default false check (not cancel_at_period_end or cancel_at is not null),
      -- Of the period that the end cuts: how its fees are billed, and whether what was billed beyond comes back.
      add column cancel_proration_behavior text check (cancel_proration_behavior in ('create_prorations', 'none')),
      add constraint subscriptions_cancellation check ((cancel_at is null) = (cancel_proration_behavior is null));

    -- While a pause lasts the subscription's lines stand still: they bill nothing of [pause_start, pause_end).
    create table subscription_pauses (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      pause_status text collate "C" not null check (pause_status in ('scheduled', 'active', 'completed', 'cancelled')),
      pause_mode text not null check (pause_mode in ('immediate', 'period_end')),
      pause_start timestamptz(3) not null,
      -- When it goes on; null: when somebody says so.
      pause_end timestamptz(3),
      -- Of its start: whether what was billed beyond it came back.
      proration_behavior text not null check (proration_behavior in ('create_prorations', 'none')),
      -- Of its end: whether the rest of the period is charged. With an end alone.
      resume_proration_behavior text check (resume_proration_behavior in ('create_prorations', 'none')),
      -- The period in which it was asked for.
      original_period_start timestamptz(3) not null,
      original_period_end timestamptz(3) not null,
      resumed_at timestamptz(3),
      reason text not null default '',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint subscription_pauses_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint subscription_pauses_end_after_start check (pause_end >= pause_start),
      constraint subscription_pauses_resumed check ((pause_status = 'completed') = (resumed_at is not null)),
      constraint subscription_pauses_resume check ((pause_end is null) = (resume_proration_behavior is null))
    );
    create unique index subscription_pauses_one_open on subscription_pauses (environment_id, subscription_id)
      where pause_status in ('scheduled', 'active');
    create index subscription_pauses_subscription_id on subscription_pauses (subscription_id, id);

    alter table subscription_pauses enable row level security;
    create policy environment_isolation on subscription_pauses
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
  await replaceDueGrants(db)
  await replaceExpiredCredits(db)
  await replaceDueList(db)
}

async function replaceDueGrants(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, and of paused ones, too: a pause that ends with a period has ended before that instant's grants.
    create or replace function due_grants(of_environment text, now timestamptz)
      returns table (application_id text, due_at timestamptz, subscription_id text)
      language sql stable
      as $$
        select a.id, a.period_start, a.subscription_id
        from public.credit_grant_applications a
        join public.subscriptions s on s.environment_id = of_environment and s.id = a.subscription_id
        where a.environment_id = of_environment and a.application_status = 'pending' and a.period_start <= now
          and s.status <> 'deleted' and s.subscription_status not in ('draft', 'incomplete')
          and (s.next_billing_at is null or s.next_billing_at > a.period_start
            or s.subscription_status not in ('active', 'trialing', 'paused'))
      $$;
  `.execute(db)
}

async function replaceExpiredCredits(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, and of paused ones, too, as a pause's first boundary still bills.
    create or replace function expired_credits(of_environment text, now timestamptz)
      returns table (wallet_id text, credit_id text, expiry_date timestamptz)
      language sql stable
      as $$
        select c.wallet_id, c.id, c.expiry_date
        from public.wallet_transactions c
        where c.environment_id = of_environment and c.expiry_date <= now and c.credits_available > 0
          and not exists (select from public.invoices i where i.environment_id = of_environment
            and i.customer_id = c.customer_id and i.currency = c.currency and i.invoice_status = 'DRAFT'
            and i.period_end <= c.expiry_date)
          and not exists (select from public.subscriptions s where s.environment_id = of_environment
            and s.customer_id = c.customer_id and s.currency = c.currency and s.status <> 'deleted'
            and s.subscription_status in ('active', 'trialing', 'paused') and s.next_billing_at <= c.expiry_date)
      $$;
  `.execute(db)
}

async function replaceDueList(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, and periods of paused ones.
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
              and s.subscription_status in ('active', 'trialing', 'paused')
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
