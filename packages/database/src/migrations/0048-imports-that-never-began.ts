import { type Kysely, sql } from 'kysely'

/** Imports that were stored, and whose workflow nobody has started: a gateway went between the two. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index import_tasks_unstarted on import_tasks (created_at)
      where workflow_run_id is null and task_status = 'PENDING';

    -- Of all tenants: ids alone, so that whoever looks can start each one's workflow.
    create function list_unstarted_imports(older_than interval, rows_max integer)
      returns table (id text, tenant_id text, environment_id text, created_by text)
      language sql stable security definer set search_path = pg_catalog, public, pg_temp
      as $$
        select t.id, e.tenant_id, t.environment_id, t.created_by
        from public.import_tasks t join public.environments e on e.id = t.environment_id
        where t.workflow_run_id is null and t.task_status = 'PENDING' and t.created_at < now() - older_than
        order by t.created_at limit rows_max
      $$;
    revoke all on function list_unstarted_imports(interval, integer) from public;
  `.execute(db)
}
