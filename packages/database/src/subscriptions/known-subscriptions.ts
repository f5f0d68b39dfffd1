import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** A subscription that is there, and what it was asked for by, if it was made by a request. */
export interface KnownSubscription {
  readonly id: string
  readonly lookup_key: string
  readonly request_hash: string | null
}

/**
 * Those that have one of the lookup keys, which nothing else keeps from standing for many. Until the caller's transaction
 * ends, whoever else asks so in the environment waits: so that two imports never make one subscription twice.
 */
export async function readKnownSubscriptions(
  { db, scope }: Scoped,
  lookupKeys: readonly string[],
): Promise<ReadonlyMap<string, readonly KnownSubscription[]>> {
  assert(db.isTransaction, 'the lock is held until what it guards is committed')
  if (lookupKeys.length === 0) return new Map()
  const name = `${scope.environmentId} subscriptions by lookup key`
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db)
  const { rows } = await sql<KnownSubscription>`
    select id, lookup_key, request_hash from subscriptions
    where environment_id = ${scope.environmentId} and lookup_key = any (${lookupKeys}::text[]) and status <> 'deleted'
    order by id`.execute(db)
  return Map.groupBy(rows, ({ lookup_key: key }) => key)
}
