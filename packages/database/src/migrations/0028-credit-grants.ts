import { type Kysely, sql } from 'kysely'

/** Credits that a plan or a subscription gives, once or again and again, and what has been given. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table credit_grants (
      id text collate "C" not null,
      environment_id text collate "C" not null references environments (id),
      name text not null,
      scope text collate "C" not null check (scope in ('PLAN', 'SUBSCRIPTION')),
      plan_id text collate "C",
      subscription_id text collate "C",
      -- Of a whole period.
      credits numeric(38, 18) not null check (credits > 0),
      cadence text collate "C" not null check (cadence in ('ONETIME', 'RECURRING')),
      period text collate "C" check (period in ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'HALF_YEARLY', 'ANNUAL')),
      period_count integer check (period_count between 1 and 1000),
      proration_behavior text not null check (proration_behavior in ('create_prorations', 'none')),
      -- Of the wallet that it goes into.
      conversion_rate numeric(38, 18) not null check (conversion_rate > 0),
      topup_conversion_rate numeric(38, 18) not null check (topup_conversion_rate > 0),
      priority integer check (priority >= 0),
      expiration_type text not null check (expiration_type in ('NEVER', 'DURATION', 'BILLING_CYCLE')),
      expiration_duration integer check (expiration_duration between 1 and 1000),
      expiration_duration_unit text check (expiration_duration_unit in ('DAY', 'WEEK', 'MONTH', 'YEAR')),
      start_date timestamptz(3),
      end_date timestamptz(3),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint credit_grants_plan foreign key (environment_id, plan_id) references plans (environment_id, id),
      constraint credit_grants_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint credit_grants_one_owner check (case scope when 'PLAN' then plan_id is not null and subscription_id is null
        else subscription_id is not null and plan_id is null end),
      constraint credit_grants_cadence check ((cadence = 'RECURRING') = (period is not null)
        and (cadence = 'RECURRING') = (period_count is not null)),
      constraint credit_grants_expiry check ((expiration_type = 'DURATION') = (expiration_duration is not null)
        and (expiration_type = 'DURATION') = (expiration_duration_unit is not null))
    );
    create index credit_grants_plan_id on credit_grants (plan_id, id) where plan_id is not null;
    create index credit_grants_subscription_id on credit_grants (subscription_id, id) where subscription_id is not null;

    -- What has been given of a grant to a subscription, and what comes next. Of one that goes on, the last row is to come.
    create table credit_grant_applications (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      credit_grant_id text collate "C" not null,
      subscription_id text collate "C" not null,
      -- When it falls due; with an end once it is given.
      period_start timestamptz(3) not null,
      period_end timestamptz(3),
      -- The grant's end, as it was when this fell due: a later one changes nothing of what is given then.
      grant_end_date timestamptz(3),
      -- CANCELLED waits behind an end: it is PENDING again when that is moved.
      application_status text collate "C" not null check (application_status in ('pending', 'applied', 'skipped', 'cancelled')),
      application_reason text not null check (application_reason in
        ('first_time_recurring_credit_grant', 'recurring_credit_grant', 'onetime_credit_grant')),
      credits numeric(38, 18) check (credits >= 0),
      applied_at timestamptz(3),
      subscription_status text collate "C",
      failure_reason text,
      wallet_transaction_id text collate "C",
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint credit_grant_applications_grant foreign key (environment_id, credit_grant_id)
        references credit_grants (environment_id, id),
      constraint credit_grant_applications_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id),
      constraint credit_grant_applications_transaction foreign key (environment_id, wallet_transaction_id)
        references wallet_transactions (environment_id, id),
      constraint credit_grant_applications_applied check ((application_status = 'applied')
        = (applied_at is not null and wallet_transaction_id is not null and credits is not null))
    );
    -- Of a period once, whoever bills it.
    create unique index credit_grant_applications_once on credit_grant_applications
      (environment_id, credit_grant_id, subscription_id, period_start);
    -- Of each grant and subscription one at most is to come.
    create unique index credit_grant_applications_next on credit_grant_applications
      (environment_id, credit_grant_id, subscription_id) where application_status in ('pending', 'cancelled');
    create index credit_grant_applications_due on credit_grant_applications (environment_id, period_start, id)
      where application_status = 'pending';
    create index credit_grant_applications_subscription_id on credit_grant_applications (subscription_id, id);

    -- What is to be given by an instant, but for incomplete subscriptions, which get theirs later. One whose period
    -- ends at or before the grant's instant is billed first: at one instant periods come before grants.
    create function due_grants(of_environment text, now timestamptz)
      returns table (application_id text, due_at timestamptz, subscription_id text)
      language sql stable
      as $$
        select a.id, a.period_start, a.subscription_id
        from public.credit_grant_applications a
        join public.subscriptions s on s.environment_id = of_environment and s.id = a.subscription_id
        where a.environment_id = of_environment and a.application_status = 'pending' and a.period_start <= now
          and s.status <> 'deleted' and s.subscription_status not in ('draft', 'incomplete')
          and (s.next_billing_at is null or s.next_billing_at > a.period_start
            or s.subscription_status not in ('active', 'trialing'))
      $$;

    alter table credit_grants enable row level security;
    alter table credit_grant_applications enable row level security;
    create policy environment_isolation on credit_grants
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on credit_grant_applications
      using (environment_id = (select current_setting('app.environment_id', true)));

    alter table billing_run_slices drop constraint billing_run_slices_work_check,
      add constraint billing_run_slices_work_check check (work in ('grants', 'periods', 'drafts', 'late', 'expiries'));
    alter table billing_failures drop constraint billing_failures_work_check,
      add constraint billing_failures_work_check check (work in ('grants', 'periods', 'drafts', 'late', 'expiries'));
  `.execute(db)
  await replaceExpiredCredits(db)
  await replaceDueList(db)
}

async function replaceExpiredCredits(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, but that what ends with a period waits for that period's invoice, too, as it may pay for it.
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
            and s.subscription_status in ('active', 'trialing') and s.next_billing_at <= c.expiry_date)
      $$;
  `.execute(db)
}

async function replaceDueList(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, and grants.
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
                and f.next_attempt_at > statement_timestamp()))) as since) due
        where e.id > after_id and due.since is not null
          and not exists (select from public.environment_settings s where s.environment_id = e.id and s.billing_paused)
          and not exists (select from public.billing_runs r where r.environment_id = e.id and r.trigger = 'clock'
            and r.finished_at is null and r.canceled_at is null)
        order by e.id limit environments_max
      $$;
  `.execute(db)
}
