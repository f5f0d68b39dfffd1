import { assert, type Scope } from '@flexprice/domain'
import { recordSqlSpan } from '@flexprice/observability'
import { Kysely, type LogEvent } from 'kysely'
import pg from 'pg'
import type { Tables } from '../tables/tables.ts'
import { translateDatabaseError } from './database-errors.ts'
import { type DueEnvironment, listDueEnvironments } from './due-environments.ts'
import { ensureEventMonths } from './event-months.ts'
import { createStatementNames } from './named-statements.ts'
import { parseInstant } from './parse-instant.ts'
import { createPings, type Pings } from './ping.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { type Expiring, purgeExpired } from './purge-expired.ts'
import { createRowLayouts } from './row-layouts.ts'
import { type SharedPool, scopedPool } from './scoped-pool.ts'
import { listUnstartedImports, type UnstartedImport } from './unstarted-imports.ts'

/** A handle that cannot be used without a scope, and sees that scope's rows only. Also a transaction's. */
export interface Scoped {
  readonly scope: Scope
  readonly db: Kysely<Tables>
}

export interface DatabaseConfig {
  /** A role that owns nothing and does not bypass row security (`DATABASE_URL`). */
  readonly url: string
  readonly applicationName: string
  readonly poolSizeMax: number
  readonly connectTimeoutMs?: number
  readonly statementTimeoutMs?: number
  readonly lockTimeoutMs?: number
}

export interface Database extends Pings {
  scoped(scope: Scope): Scoped
  findApiKey(secretHash: Buffer): Promise<FoundApiKey | undefined>
  /** Those of the keys that exist, by one statement a thousand. */
  findApiKeys(secretHashes: readonly Buffer[]): Promise<FoundApiKey[]>
  purgeExpired(what: Expiring, rowsMax: number): Promise<number>
  /** For a schedule's tick, which has no tenant: which environments have work that is due. */
  listDueEnvironments(page: { afterId: string; environmentsMax: number }): Promise<DueEnvironment[]>
  listUnstartedImports(of: { olderThanMs: number; importsMax: number }): Promise<UnstartedImport[]>
  /** Makes the months of events to come where they are missing. Returns how many it made. */
  ensureEventMonths(): Promise<number>
  /** Notes when keys, of whatever tenants, were last used; `touchApiKeysMax` at once. To the minute: not for each request. */
  touchApiKeys(uses: readonly ApiKeyUse[]): Promise<void>
  poolStats(): { total: number; idle: number; waiting: number }
}

export interface FoundApiKey {
  readonly id: string
  readonly tenantId: string
  readonly environmentId: string
  readonly userId: string
  readonly keyHash: Buffer
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

export interface ApiKeyUse {
  readonly keyId: string
  readonly usedAt: Date
}

const handlesMax = 1_000
const defaults = { connectTimeoutMs: 5_000, statementTimeoutMs: 15_000, lockTimeoutMs: 5_000 }

/** The process's one pool of connections, and one more for `ping`; nothing is opened before the first query. */
export function createDatabase(config: DatabaseConfig): Database {
  const pool = createPool(config)
  const shared: SharedPool = {
    pool,
    scopes: new WeakMap(),
    nameOf: createStatementNames(),
    layouts: createRowLayouts({ getTypeParser }),
  }
  const pings = createPings(config)
  const handles = new Map<string, Kysely<Tables>>()

  return {
    scoped(scope) {
      const key = `${scope.tenantId} ${scope.environmentId}`
      let db = handles.get(key)
      if (!db) {
        db = new Kysely<Tables>({
          dialect: postgresDialect(scopedPool(shared, scope)),
          log: traceStatement,
        })
        // Handles are cheap and stateless, so forgetting all of them is the simplest bound.
        if (handles.size >= handlesMax) handles.clear()
        handles.set(key, db)
      }
      return { scope, db }
    },
    findApiKey: async (secretHash) => (await runUnscoped<FoundApiKey>(pool, selectApiKey, [secretHash]))[0],
    findApiKeys: (secretHashes) => findApiKeys(pool, secretHashes),
    touchApiKeys: async (uses) => {
      assert(uses.length <= touchApiKeysMax, `at most ${touchApiKeysMax} uses are noted at once`)
      await runUnscoped(pool, touchKeys, [uses.map((use) => use.keyId), uses.map((use) => use.usedAt)])
    },
    purgeExpired: (what, rowsMax) => purgeExpired(pool, what, rowsMax),
    listDueEnvironments: (page) => listDueEnvironments(pool, page),
    listUnstartedImports: (of) => listUnstartedImports(pool, of),
    ensureEventMonths: () => ensureEventMonths(pool),
    ping: () => pings.ping(),
    poolStats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    async [Symbol.asyncDispose]() {
      await Promise.all([pool.end(), pings[Symbol.asyncDispose]()])
    },
  }
}

/**
 * Runs the work in one transaction: all of it, or nothing. Within one already it joins that one, so that
 * a function that needs a transaction can be part of its caller's.
 */
export function inTransaction<Result>(
  scoped: Scoped,
  work: (scoped: Scoped) => Promise<Result>,
): Promise<Result> {
  if (scoped.db.isTransaction) return work(scoped)
  return scoped.db.transaction().execute((db) => work({ scope: scoped.scope, db }))
}

function createPool(config: DatabaseConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.url,
    application_name: config.applicationName,
    max: config.poolSizeMax,
    connectionTimeoutMillis: config.connectTimeoutMs ?? defaults.connectTimeoutMs,
    statement_timeout: config.statementTimeoutMs ?? defaults.statementTimeoutMs,
    lock_timeout: config.lockTimeoutMs ?? defaults.lockTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis,
    // What is sent while an answer is awaited is not held back: a begin, and what `together` sends.
    pipeline: true,
    // A process that has gone without a word must not hold its locks for hours.
    idle_in_transaction_session_timeout: idleInTransactionMsMax,
    types: { getTypeParser },
  })
  // A connection that breaks must not end the process, be it idle (the pool's own event) or in use (its
  // client's event, beside the error of the statement): its next user gets a fresh one.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

const keepAliveInitialDelayMillis = 10_000
const idleInTransactionMsMax = 15_000
const int8 = 20
const timestamptz = 1184

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8) return parseBigint
  if (oid === timestamptz && format !== 'binary') return parseInstant
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}

/** Counts and sequences stay far below 2^53; money is never a bigint. */
function parseBigint(value: string): number {
  const number = Number(value)
  assert(Number.isSafeInteger(number), () => `bigint ${value} is not a safe integer`)
  return number
}

/** What precedes or exceeds a scope, by a function of the owner's. Not Kysely's, so it tells the trace of itself. */
async function runUnscoped<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: { readonly name: string; readonly text: string },
  values: unknown[],
): Promise<Row[]> {
  const started = performance.now()
  const told = (error?: unknown) =>
    recordSqlSpan({
      statement: statement.text,
      durationMs: performance.now() - started,
      ...(error === undefined ? {} : { error }),
    })
  try {
    const { rows } = await pool.query<Row>({ ...statement, values })
    told()
    return rows
  } catch (error) {
    told(error)
    throw translateDatabaseError(error)
  }
}

const keyColumns = `id, tenant_id as "tenantId", environment_id as "environmentId", user_id as "userId",
    key_hash as "keyHash", expires_at as "expiresAt", revoked_at as "revokedAt"`
const selectApiKey = { name: 'find-api-key', text: `select ${keyColumns} from find_api_key($1)` }
const selectApiKeys = {
  name: 'find-api-keys',
  text: `select ${keyColumns} from unnest($1::bytea[]) as secret, find_api_key(secret)`,
}
const keysOfStatementMax = 1_000

async function findApiKeys(pool: pg.Pool, secretHashes: readonly Buffer[]): Promise<FoundApiKey[]> {
  const found: FoundApiKey[] = []
  for (let from = 0; from < secretHashes.length; from += keysOfStatementMax) {
    const page = secretHashes.slice(from, from + keysOfStatementMax)
    found.push(...(await runUnscoped<FoundApiKey>(pool, selectApiKeys, [page])))
  }
  return found
}

export const touchApiKeysMax = 10_000
const touchKeys = {
  name: 'touch-api-keys',
  text: 'select from touch_api_keys($1::text[], $2::timestamptz[])',
}

function traceStatement(event: LogEvent): void {
  recordSqlSpan({
    statement: event.query.sql,
    durationMs: event.queryDurationMillis,
    ...(event.level === 'error' ? { error: event.error } : {}),
  })
}
