import { type Kysely, sql } from 'kysely'

/** A development environment's clock moves, forward alone, and what falls due on the way is billed by one run. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Whatever the door: what was billed at an instant would lie ahead of a clock that was moved back.
    create function refuse_clock_back() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
      begin
        raise exception 'the clock of environment % stands at % and never goes back', old.id, old.clock_at
          using errcode = '23514', constraint = 'environments_clock_forward', table = 'environments';
      end
    $$;
    create trigger environments_clock_forward before update of clock_at on environments for each row
      when (old.clock_at is not null and (new.clock_at is null or new.clock_at < old.clock_at))
      execute function refuse_clock_back();

    -- A tenant sees all of its environments, and writes the one it works in.
    create policy own_environment on environments as restrictive for update
      using (id = (select current_setting('app.environment_id', true)));

    alter table billing_runs drop constraint billing_runs_trigger_check;
    alter table billing_runs add constraint billing_runs_trigger_check
      check (trigger in ('schedule', 'request', 'clock'));
    -- Of a move of the clock: from where. It goes up to as_of.
    alter table billing_runs add column clock_from timestamptz(3);
    alter table billing_runs add constraint billing_runs_clock_from
      check ((trigger = 'clock') = (clock_from is not null) and clock_from <= as_of);
    create unique index billing_runs_one_move on billing_runs (environment_id)
      where trigger = 'clock' and finished_at is null and canceled_at is null;
  `.execute(db)
  await replaceDueList(db)
}

async function replaceDueList(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- As it was, but that an environment whose clock is being moved is left to the move, which counts what it bills.
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
                and f.next_attempt_at > statement_timestamp()))) as since) due
        where e.id > after_id and due.since is not null
          and not exists (select from public.environment_settings s where s.environment_id = e.id and s.billing_paused)
          and not exists (select from public.billing_runs r where r.environment_id = e.id and r.trigger = 'clock'
            and r.finished_at is null and r.canceled_at is null)
        order by e.id limit environments_max
      $$;
  `.execute(db)
}
