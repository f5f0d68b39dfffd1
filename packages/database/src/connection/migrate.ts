import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { migrations } from '../migrations/index.ts'
import { translateDatabaseError } from './database-errors.ts'

/**
 * Brings the schema up to date as its owner and grants the application's role what it needs, no more.
 * Safe to run twice and from two processes at once (Kysely's migrator holds a lock).
 *
 * @param options.ownerUrl the connection that owns the schema (`DATABASE_OWNER_URL`)
 * @param options.appRole the role of `DATABASE_URL`; it must own nothing, so that row security binds it
 * @returns the names of the migrations that were applied
 * @throws database_error when it cannot be reached; the first failing migration's error, the ones before it stay applied
 */
export async function migrateToLatest(options: { ownerUrl: string; appRole: string }): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: options.ownerUrl, max: 2 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
    const { error, results } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
    await grantToApp(db, options.appRole)
    return (results ?? []).map((result) => result.migrationName)
  } catch (error) {
    throw translateDatabaseError(error)
  } finally {
    await db.destroy()
  }
}

async function grantToApp(db: Kysely<unknown>, appRole: string): Promise<void> {
  const role = sql.id(appRole)
  await sql`
    revoke create on schema public from public;
    grant usage on schema public to ${role};
    grant select, insert, update, delete on all tables in schema public to ${role};
    revoke all on kysely_migration, kysely_migration_lock from ${role};
    revoke insert, update, delete on tenants, environments from ${role};
    -- Row security makes it the caller's own tenant; its id and status stay the owner's.
    grant update (name, metadata, billing_details, updated_at) on tenants to ${role};
    -- A development environment's clock, forward alone: a constraint and a trigger hold it.
    grant update (clock_at, updated_at) on environments to ${role};
    grant execute on function find_api_key(bytea), touch_api_keys(text[], timestamptz[]) to ${role};
    grant execute on function purge_idempotency_keys(integer) to ${role};
    grant execute on function purge_subscription_batches(integer) to ${role};
    grant execute on function ensure_event_months(integer, integer) to ${role};
    grant execute on function list_due_environments(text, integer) to ${role};
    grant execute on function list_unstarted_imports(interval, integer) to ${role};
  `.execute(db)
  await grantTemporaryTables(db, appRole)
}

/** Pages of files come by one (decision 63). Most databases grant it to everybody: then the owner need not be the database's. */
async function grantTemporaryTables(db: Kysely<unknown>, appRole: string): Promise<void> {
  const { rows } = await sql<{ name: string; has: boolean }>`
    select current_database() as name, has_database_privilege(${appRole}, current_database(), 'TEMPORARY') as has`.execute(
    db,
  )
  const [database] = rows
  if (!database || database.has) return
  await sql`grant temporary on database ${sql.id(database.name)} to ${sql.id(appRole)}`.execute(db)
}
