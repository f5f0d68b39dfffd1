import { assert, CodedError, keyReused } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { keyAge, usedByWorkflow } from './key-uses.ts'
import type { RequestIdentity, StoredAnswer } from './request-identity.ts'

/** Work whose effects and whose answer become durable together. */
export interface IdempotentWork {
  /** The transaction's handle: everything that the work writes goes through it. */
  readonly scoped: Scoped
  /** Stores the answer and commits. Fails when an earlier failure made the transaction void. */
  commit(answer: StoredAnswer): Promise<void>
  /** Undoes the work and frees the key, so that it can be tried again. Does nothing after the end. */
  rollback(): Promise<void>
}

export type IdempotentBegin =
  | { readonly kind: 'work'; readonly work: IdempotentWork }
  | { readonly kind: 'replay'; readonly answer: StoredAnswer }

/**
 * Takes the key for the request, in a transaction that stays open for its work; or finds the answer of an
 * earlier one. While another transaction holds the key this waits, at most the lock timeout. A process that
 * dies in between leaves nothing: PostgreSQL rolls back.
 *
 * @throws key_reused when the key was used for another request in the last 24 hours;
 *   service_unavailable when the other request took too long
 */
export async function beginIdempotentWork(
  scoped: Scoped,
  { key, fingerprint }: RequestIdentity,
): Promise<IdempotentBegin> {
  const transaction = await scoped.db.startTransaction().execute()
  const handle: Scoped = { scope: scoped.scope, db: transaction }
  const rollback = async (): Promise<void> => {
    // A connection that broke has been rolled back by the server.
    if (!transaction.isCommitted && !transaction.isRolledBack) await transaction.rollback().execute()
  }
  try {
    const taken = await takeKey(handle, { key, fingerprint })
    if (taken) {
      if (taken.is_used) throw keyReused()
      return { kind: 'work', work: { scoped: handle, rollback, commit } }
    }
    const answer = await readAnswer(handle, { key, fingerprint })
    await rollback()
    return { kind: 'replay', answer }
  } catch (error) {
    await rollback().catch(() => undefined)
    throw error
  }

  async function commit({ status, body }: StoredAnswer): Promise<void> {
    await transaction
      .updateTable('idempotency_keys')
      .set({ answer_status: status, answer_body: body })
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    await transaction.commit().execute()
  }
}

/**
 * Where the key is new or its time is over, this transaction has it; undefined otherwise. It can still be in use
 * by what a workflow has made.
 */
function takeKey(
  scoped: Scoped,
  { key, fingerprint }: RequestIdentity,
): Promise<{ is_used: boolean } | undefined> {
  const { scope, db } = scoped
  return db
    .insertInto('idempotency_keys')
    .values({
      environment_id: scope.environmentId,
      key,
      fingerprint,
      answer_status: null,
      answer_body: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['environment_id', 'key'])
        .doUpdateSet({ fingerprint, created_at: sql`now()`, answer_status: null, answer_body: null })
        .where('idempotency_keys.created_at', '<', keyAge),
    )
    .returning(usedByWorkflow(scoped, key).as('is_used'))
    .executeTakeFirst()
}

async function readAnswer({ db }: Scoped, { key, fingerprint }: RequestIdentity): Promise<StoredAnswer> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'answer_status', 'answer_body'])
    .where('key', '=', key)
    .executeTakeFirst()
  // Purged between the two statements: the next try takes the key.
  if (!row) throw new CodedError('service_unavailable', 'The idempotency key has just expired')
  if (!row.fingerprint.equals(fingerprint)) throw keyReused()
  assert(row.answer_status !== null && row.answer_body !== null, 'a key is committed with its answer only')
  return { status: row.answer_status, body: row.answer_body }
}
