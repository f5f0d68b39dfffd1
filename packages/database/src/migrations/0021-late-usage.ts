import { type Kysely, sql } from 'kysely'

/** Late usage that is billed: how it is found, its lines on later invoices, and its credits. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table invoice_line_items
      -- Of late usage: the line whose rating late events have changed, and the how manieth change of it this is. Such a
      -- line is of a closed invoice, which keeps its lines: a foreign key would be asked for each of a draft's that goes.
      add column late_of text collate "C",
      add column revision integer check (revision >= 1),
      add constraint invoice_line_items_late check ((late_of is null) = (revision is null));
    -- A line's span is billed once; what late events add to it has revisions, each of which is billed once.
    drop index invoice_line_items_span_unique;
    create unique index invoice_line_items_span_unique on invoice_line_items
      (subscription_line_item_id, period_start, period_end)
      where subscription_line_item_id is not null and late_of is null and not is_credit and not is_voided;
    create unique index invoice_line_items_revision_unique on invoice_line_items (late_of, revision)
      where late_of is not null and not is_voided;

    create table late_notices (
      environment_id text collate "C" not null references environments (id),
      external_customer_id text collate "C" not null,
      -- No event that it is about is older.
      since timestamptz(3) not null,
      -- By the environment's clock: a look that was taken before does not count.
      due_at timestamptz(3) not null,
      transaction_id xid8 not null default pg_current_xact_id()
    );
    create index late_notices_customer on late_notices (environment_id, external_customer_id);

    create table late_looks (
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      -- What the rating that billed late usage last could see of the events.
      seen_by pg_snapshot not null,
      looked_at timestamptz(3) not null,
      primary key (environment_id, subscription_id),
      constraint late_looks_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id)
    );

    create table late_credits (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      -- The invoice that billed.
      invoice_id text collate "C" not null,
      late_of text collate "C" not null,
      revision integer not null check (revision >= 1),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      amount numeric(38, 18) not null check (amount > 0),
      -- What has not lowered what is due of an invoice as yet.
      remaining_amount numeric(38, 18) not null check (remaining_amount between 0 and amount),
      explanation jsonb not null check (jsonb_typeof(explanation) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint late_credits_invoice foreign key (environment_id, invoice_id) references invoices (environment_id, id),
      constraint late_credits_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id)
    );
    create unique index late_credits_revision_unique on late_credits (late_of, revision);
    create index late_credits_remaining on late_credits (subscription_id, id) where remaining_amount > 0;

    create table invoice_adjustments (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      invoice_id text collate "C" not null,
      late_credit_id text collate "C" not null references late_credits (id),
      amount numeric(38, 18) not null check (amount > 0),
      adjusted_at timestamptz(3) not null,
      adjusted_by text not null,
      constraint invoice_adjustments_invoice foreign key (environment_id, invoice_id)
        references invoices (environment_id, id)
    );
    create index invoice_adjustments_invoice_id on invoice_adjustments (invoice_id, id);

    alter table billing_run_slices drop constraint billing_run_slices_work_check,
      add constraint billing_run_slices_work_check check (work in ('periods', 'drafts', 'late'));
    alter table billing_failures drop constraint billing_failures_work_check,
      add constraint billing_failures_work_check check (work in ('periods', 'drafts', 'late'));

    alter table late_notices enable row level security;
    alter table late_looks enable row level security;
    alter table late_credits enable row level security;
    alter table invoice_adjustments enable row level security;
    create policy environment_isolation on late_notices
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on late_looks
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on late_credits
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on invoice_adjustments
      using (environment_id = (select current_setting('app.environment_id', true)));

    -- Subscriptions of which late usage is to be billed by a notice: of any that its customer has and that no look has
    -- seen. It sees what its caller may see.
    create function pending_late_usage(of_environment text, now timestamptz)
      returns table (subscription_id text, since timestamptz, due_at timestamptz)
      language sql stable
      as $$
        select s.id, min(n.since), min(n.due_at)
        from public.environment_settings e
        join public.late_notices n on n.environment_id = e.environment_id and n.due_at <= now
        join public.customers c on c.environment_id = e.environment_id and c.external_id = n.external_customer_id
          and c.status <> 'deleted'
        join public.subscriptions s on s.environment_id = e.environment_id and s.customer_id = c.id and s.status <> 'deleted'
        left join public.late_looks k on k.environment_id = e.environment_id and k.subscription_id = s.id
        where e.environment_id = of_environment and e.late_usage = 'bill'
          and (k.seen_by is null or k.looked_at < n.due_at
            or not pg_visible_in_snapshot(n.transaction_id, k.seen_by))
        group by s.id
      $$;

    -- Those that get no next invoice for it, nor have one that is still to be closed: it needs one of its own.
    create function ended_with_late_usage(of_environment text, now timestamptz)
      returns table (subscription_id text, due_at timestamptz)
      language sql stable
      as $$
        select l.subscription_id, l.due_at
        from public.pending_late_usage(of_environment, now) l
        join public.subscriptions s on s.environment_id = of_environment and s.id = l.subscription_id
        where s.subscription_status = 'cancelled' and s.next_billing_at is null
          and exists (select from public.invoices i where i.subscription_id = s.id and i.usage_snapshot is not null
            and i.period_end > l.since)
          and not exists (select from public.invoices i where i.subscription_id = s.id and i.invoice_status = 'DRAFT'
            and i.finalize_at is not null)
      $$;
  `.execute(db)
  await createDueList(db)
}

async function createDueList(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Runs as the owner because a schedule's tick has no tenant: which environments have work that is due, by their
    -- own clocks, behind the one that is given, and since when. It tells no more. Each kind of work is a probe of its partial index.
    -- What has failed waits by the time of day.
    create function list_due_environments(after_id text, environments_max integer)
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
                and f.next_attempt_at > statement_timestamp()))) as since) due
        where e.id > after_id and due.since is not null
          and not exists (select from public.environment_settings s where s.environment_id = e.id and s.billing_paused)
        order by e.id limit environments_max
      $$;
    revoke all on function list_due_environments(text, integer) from public;
  `.execute(db)
}
