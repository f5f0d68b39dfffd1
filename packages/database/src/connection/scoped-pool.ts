import { assert, type Scope } from '@flexprice/domain'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { CopiedRows, sendRows } from './copied-rows.ts'
import { isStaleStatement, translateDatabaseError } from './database-errors.ts'
import { type RowLayouts, runLaidOut } from './row-layouts.ts'
import { asParameter } from './text-array.ts'

/**
 * A view of the pool whose connections see one environment only: before a connection is handed out,
 * its session settings are brought to the scope, unless they are there already from its last use.
 * It happens outside any transaction, so that a rollback cannot bring back the scope before.
 */
export function scopedPool(pool: SharedPool, scope: Scope): PostgresPool {
  const key = `${scope.tenantId} ${scope.environmentId}`
  return {
    options: {},
    end: async () => {},
    async connect(): Promise<PostgresPoolClient> {
      const client = await connect(pool)
      if (pool.scopes.get(client) !== key) {
        try {
          pool.scopes.delete(client)
          await client.query(setScope, [scope.tenantId, scope.environmentId])
          pool.scopes.set(client, key)
        } catch (error) {
          client.release(true)
          throw translateDatabaseError(error)
        }
      }
      return poolClient(pool, client)
    },
  }
}

/** The process's one pool, with the scope each of its connections was last set to. */
export interface SharedPool {
  readonly pool: pg.Pool
  readonly scopes: WeakMap<pg.PoolClient, string>
  readonly nameOf: (text: string) => string | undefined
  readonly layouts: RowLayouts
}

const setScope = {
  name: 'set-scope',
  text: "select set_config('app.tenant_id', $1, false), set_config('app.environment_id', $2, false)",
}

async function connect(pool: SharedPool): Promise<pg.PoolClient> {
  try {
    return await pool.pool.connect()
  } catch (error) {
    throw translateDatabaseError(error)
  }
}

function poolClient(pool: SharedPool, client: pg.PoolClient): PostgresPoolClient {
  function query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    assert(typeof text === 'string', 'no cursor is made: it would slip past the naming')
    return runStatement(text, parameters)
  }
  async function runStatement(
    text: string,
    parameters: readonly unknown[],
  ): Promise<pg.QueryResult | CopyResult> {
    if (isBegin(text)) {
      begin = text
      return nothingSent('BEGIN')
    }
    if (begin !== undefined && isEnd(text)) {
      begin = undefined
      return nothingSent(text.toUpperCase())
    }
    const [first] = parameters
    if (first instanceof CopiedRows) return copyResult(text, first)
    const name = parameters.length > 0 ? pool.nameOf(text) : undefined
    const values = parameters.map(asParameter)
    const begun = begin === undefined ? undefined : client.query(begin)
    begin = undefined
    try {
      const answer = runLaidOut(client, pool.layouts, { name, text, values })
      const [, result] = await Promise.all([begun, answer])
      return result
    } catch (error) {
      stale ||= isStaleStatement(error)
      throw translateDatabaseError(error)
    }
  }
  async function copyResult(text: string, rows: CopiedRows): Promise<CopyResult> {
    try {
      if (begin !== undefined) await client.query(begin)
      begin = undefined
      return { command: 'COPY', rowCount: await sendRows(client, text, rows), rows: [] }
    } catch (error) {
      throw translateDatabaseError(error)
    }
  }
  /** Goes with the transaction's first statement, in one round trip; of a transaction without one nothing is sent. */
  let begin: string | undefined
  // A migration made prepared statements of this connection useless; a fresh one prepares them anew.
  let stale = false
  return { query, release: (destroy) => client.release(destroy || stale) }
}

interface CopyResult {
  readonly command: 'COPY'
  readonly rowCount: number
  readonly rows: readonly never[]
}

function isBegin(text: string): boolean {
  return text === 'begin' || text.startsWith('start transaction')
}

function isEnd(text: string): boolean {
  return text === 'commit' || text === 'rollback'
}

function nothingSent(command: string): pg.QueryResult {
  return { command, rowCount: null, oid: 0, fields: [], rows: [] }
}
