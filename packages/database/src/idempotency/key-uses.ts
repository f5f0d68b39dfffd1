import { assert, keyReused } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type Reading, reading, together } from '../connection/together.ts'
import type { RequestIdentity, StoredAnswer } from './request-identity.ts'

/** As long as an answer is kept: from then on its key is free. */
export const keyAge = sql<Date>`now() - interval '24 hours'`

/**
 * Work that a workflow does has its caller's key in rows of its own, so one key can be in three places. Each
 * door looks into the others' places. Two requests of different kinds that come with one key at the very same
 * moment can both pass: neither can see the other yet.
 */
export function usedByWorkflow({ scope }: Pick<Scoped, 'scope'>, key: string): RawBuilder<boolean> {
  return sql<boolean>`(${madeWith('subscriptions', scope.environmentId, key)}
    or ${madeWith('subscription_batches', scope.environmentId, key)})`
}

/**
 * Until the transaction's end, whoever else comes with the key waits here, and then reads what this one has made.
 *
 * @throws service_unavailable when that takes too long
 */
export async function lockKey({ scope, db }: Scoped, key: string): Promise<void> {
  assert(db.isTransaction, 'the lock is held until what it guards is committed')
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${scope.environmentId} ${key}`}, 0))`.execute(db)
}

/** @throws key_reused when a request that is answered from its key's row, or a subscription, has the key */
export async function refuseKeyBesideList(scoped: Scoped, key: string): Promise<void> {
  const { environmentId } = scoped.scope
  const { rows } = await sql<{ used: boolean }>`
    select ${madeWith('subscriptions', environmentId, key)} or exists (
      select from idempotency_keys where environment_id = ${environmentId} and key = ${key} and created_at >= ${keyAge}
    ) as used`.execute(scoped.db)
  if (rows[0]?.used) throw keyReused()
}

/**
 * For work that is safe to repeat by itself and has no place for a key: refuses a key that another request has.
 * Once the work is done, `keepKey` takes it.
 *
 * @throws key_reused
 */
export async function refuseUsedKey(scoped: Scoped, identity: RequestIdentity): Promise<void> {
  await together(scoped, refusedKey(scoped, identity))
}

/** The same, to be sent beside others. */
export function refusedKey(scoped: Scoped, { key, fingerprint }: RequestIdentity): Reading<void> {
  const statement = sql<{ used: boolean }>`
    select ${usedByWorkflow(scoped, key)} or exists (
      select from idempotency_keys where environment_id = ${scoped.scope.environmentId} and key = ${key}
        and created_at >= ${keyAge} and fingerprint <> ${fingerprint}
    ) as used`
  return reading(statement, ([row]) => {
    if (row?.used) throw keyReused()
  })
}

/** The key is this request's, which has been answered; nothing happens where it has one already. */
export async function keepKey(
  scoped: Scoped,
  { key, fingerprint }: RequestIdentity,
  { status }: Pick<StoredAnswer, 'status'>,
): Promise<void> {
  await sql`
    insert into idempotency_keys (environment_id, key, fingerprint, answer_status, answer_body)
    values (${scoped.scope.environmentId}, ${key}, ${fingerprint}, ${status}, '')
    on conflict (environment_id, key) do update set fingerprint = excluded.fingerprint, created_at = now(),
      answer_status = excluded.answer_status, answer_body = '' where idempotency_keys.created_at < ${keyAge}`.execute(
    scoped.db,
  )
}

function madeWith(table: 'subscriptions' | 'subscription_batches', environmentId: string, key: string) {
  return sql<boolean>`exists (
    select from ${sql.table(table)} where environment_id = ${environmentId} and idempotency_key = ${key})`
}
