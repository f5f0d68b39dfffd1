import { assert } from '@flexprice/domain'
import pg from 'pg'
import { translateDatabaseError } from './database-errors.ts'

export interface Pings extends AsyncDisposable {
  /** Fails with `database_error` when the database cannot be reached, or when row security would not hold. */
  ping(): Promise<void>
}

/**
 * Whether the database can be used, over a connection of its own: one of the pool's would be waited for behind all the
 * work there is, and a process that is busy would say that its database is away.
 */
export function createPings(config: { readonly url: string; readonly applicationName: string }): Pings {
  const pool = new pg.Pool({
    connectionString: config.url,
    application_name: config.applicationName,
    max: 1,
    connectionTimeoutMillis: answerMsMax,
    // One that no answer comes over is given up, and the next question makes another.
    query_timeout: answerMsMax,
    idleTimeoutMillis,
    keepAlive: true,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    async ping() {
      try {
        const { rows } = await pool.query<{ unbound: boolean }>({ name: 'ping', text: rowSecurityIsVoid })
        assert(
          rows[0]?.unbound === false,
          'the role of DATABASE_URL bypasses row security: give it one that owns nothing',
        )
      } catch (error) {
        throw translateDatabaseError(error)
      }
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

const answerMsMax = 2_000
/** Longer than probes are apart. */
const idleTimeoutMillis = 60_000

const rowSecurityIsVoid = `
  select r.rolsuper or r.rolbypassrls or exists (
    select from pg_class c where c.relrowsecurity and pg_has_role(r.oid, c.relowner, 'USAGE')) as unbound
  from pg_roles r where r.rolname = current_user`
