import { keyReused, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { creation } from '../connection/row-changes.ts'
import type { BulkChangeTable } from '../tables/bulk-change-tables.ts'

export type BulkChangeRow = Selectable<BulkChangeTable>

/** Which subscriptions, either of a plan those that the filters leave or the listed ones, to which plan, and how. */
export type NewBulkChange = Pick<
  BulkChangeRow,
  | 'idempotency_key'
  | 'request_hash'
  | 'plan_id'
  | 'subscription_ids'
  | 'currency'
  | 'billing_period'
  | 'started_before'
  | 'target_plan_id'
  | 'proration_behavior'
  | 'change_at'
  | 'supersede'
>

/** So long what was previewed may be executed: by then an immediate change holds from that far back. */
const validMs = 86_400_000

/**
 * Stores what is to be changed, and pins it: `now` is the one instant of all of its figures, from which an immediate
 * change holds. Idempotent by its key: the same request gives the same one.
 *
 * @throws key_reused when the key was used for another one
 */
export async function insertBulkChange(scoped: Scoped, asked: NewBulkChange, now: Date): Promise<string> {
  const id = newId('bulkChange')
  await scoped.db
    .insertInto('bulk_changes')
    .values({
      ...{ id, ...asked, pinned_at: now, valid_until: new Date(now.getTime() + validMs) },
      ...{ target_sequence: null, subscriptions_total: null, preview: null, previewed_at: null },
      ...{ started_at: null, started_run_id: null, result: null, finished_at: null },
      ...creation(scoped.scope, now),
    })
    .onConflict((conflict) => conflict.columns(['environment_id', 'idempotency_key']).doNothing())
    .execute()
  const stored = await scoped.db
    .selectFrom('bulk_changes')
    .select(['id', 'request_hash'])
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('idempotency_key', '=', asked.idempotency_key)
    .executeTakeFirstOrThrow()
  if (stored.request_hash === asked.request_hash) return stored.id
  throw keyReused()
}

/**
 * @param lock true to hold it until the caller's transaction ends
 * @throws not_found
 */
export async function getBulkChange(
  scoped: Scoped,
  id: string,
  { lock = false } = {},
): Promise<BulkChangeRow> {
  const query = scoped.db
    .selectFrom('bulk_changes')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst()
  if (!row) throw notFound('Bulk change', id)
  return row
}

/** Notes the workflow that executes it: asked again, the answer is the same. */
export async function noteBulkChangeRun(scoped: Scoped, id: string, runId: string): Promise<void> {
  await scoped.db
    .updateTable('bulk_changes')
    .set({ started_run_id: runId })
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('started_run_id', 'is', null)
    .execute()
}

/**
 * Removes those of the environment that are older, at most so many items at a time; one that runs is not so old.
 *
 * @returns whether none is left
 */
export async function purgeBulkChanges(
  scoped: Scoped,
  { before, rowsMax }: { before: Date; rowsMax: number },
): Promise<boolean> {
  const old = sql`select id from bulk_changes
    where environment_id = ${scoped.scope.environmentId} and created_at < ${before}`
  const { numAffectedRows } = await sql`
    delete from bulk_change_items where (bulk_change_id, subscription_id) in (
      select bulk_change_id, subscription_id from bulk_change_items where bulk_change_id in (${old}) limit ${rowsMax})`.execute(
    scoped.db,
  )
  if ((numAffectedRows ?? 0n) >= BigInt(rowsMax)) return false
  await sql`delete from bulk_changes where id in (${old})`.execute(scoped.db)
  return true
}
