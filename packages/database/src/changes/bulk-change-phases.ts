import { assert, CodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { sharePlans } from '../subscriptions/subscription-facts.ts'
import type { BulkChangeSummary } from '../tables/bulk-change-tables.ts'
import { summarizeBulkChange } from './bulk-change-summary.ts'
import { type BulkChangeRow, getBulkChange } from './bulk-changes.ts'

/**
 * Sums a preview up. Where the target plan's prices have changed while it was made it cannot be executed, as its pages have
 * seen different ones. Idempotent by the bulk change.
 */
export function finishBulkPreview(
  scoped: Scoped,
  bulkChangeId: string,
  now: Date,
): Promise<BulkChangeSummary> {
  return inTransaction(scoped, async (transaction) => {
    const row = await getBulkChange(transaction, bulkChangeId, { lock: true })
    if (row.preview) return row.preview
    await assertDone(transaction, bulkChangeId, 'preview')
    const summary = await summarizeBulkChange(transaction, bulkChangeId, 'to_change')
    const [plan] = await sharePlans(transaction, [row.target_plan_id])
    await transaction.db
      .updateTable('bulk_changes')
      .set({
        preview: JSON.stringify(summary),
        previewed_at: now,
        target_sequence: plan?.price_sequence === row.target_sequence ? row.target_sequence : null,
        updated_at: now,
      })
      .where('id', '=', bulkChangeId)
      .execute()
    return summary
  })
}

/**
 * Lets what was previewed be executed, exactly that: it is refused where the target plan's prices or one of the
 * subscriptions that are to be changed are not what they were. Those that come to the plan after the preview are not in
 * it. Started again it changes nothing. The caller then starts the workflow.
 *
 * @returns as it is by now; `started_run_id` is of a workflow that was started for it before
 * @throws not_found; invalid_operation for one that is not previewed; version_conflict
 */
export function startBulkChange(scoped: Scoped, bulkChangeId: string, now: Date): Promise<BulkChangeRow> {
  return inTransaction(scoped, async (transaction) => {
    const row = await getBulkChange(transaction, bulkChangeId, { lock: true })
    if (row.started_at !== null) return row
    if (row.previewed_at === null) {
      throw new CodedError('invalid_operation', `The preview of ${bulkChangeId} is not finished`)
    }
    await refuseStale(transaction, row, now)
    return transaction.db
      .updateTable('bulk_changes')
      .set({ started_at: now, ...change(scoped.scope, now) })
      .where('id', '=', bulkChangeId)
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

async function refuseStale(scoped: Scoped, row: BulkChangeRow, now: Date): Promise<void> {
  const { id, target_plan_id: planId, valid_until: until } = row
  if (until <= now) throw outOfDate(id, `it was valid until ${until.toISOString()}`)
  const [plan] = await sharePlans(scoped, [planId])
  if (!plan) throw outOfDate(id, `plan ${planId} is gone`)
  if (row.target_sequence === null || plan.price_sequence !== row.target_sequence) {
    throw outOfDate(id, `prices of plan ${planId} have changed`)
  }
  const changed = await listChanged(scoped, row)
  const [first] = changed
  if (first === undefined) return
  const others = changed.length > 1 ? ' and others' : ''
  throw outOfDate(id, `subscription ${first}${others} changed since it was previewed`, {
    subscription_ids: changed,
  })
}

const namedMax = 10

/** A subscription by its version, which every change of it, of its lines and of its period raises; and notes that credit. */
async function listChanged(
  { db, scope }: Scoped,
  { id, pinned_at: since }: BulkChangeRow,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select i.subscription_id as id from bulk_change_items i
    left join subscriptions s on s.environment_id = ${scope.environmentId} and s.id = i.subscription_id
    where i.bulk_change_id = ${id} and i.outcome = 'to_change'
      and (s.version is distinct from i.version or s.status = 'deleted' or i.subscription_id in (
        select n.subscription_id from credit_notes n
        where n.environment_id = ${scope.environmentId} and n.finalized_at > ${since}))
    order by i.subscription_id limit ${namedMax}`.execute(db)
  return rows.map((row) => row.id)
}

function outOfDate(id: string, why: string, details: Readonly<Record<string, unknown>> = {}): CodedError {
  return new CodedError('version_conflict', `The preview of ${id} is out of date: ${why}. Make a new one`, {
    details,
  })
}

/** Closes an execution whose slices are all done. Idempotent. */
export function finishBulkChange(
  scoped: Scoped,
  bulkChangeId: string,
  now: Date,
): Promise<BulkChangeSummary> {
  return inTransaction(scoped, async (transaction) => {
    const row = await getBulkChange(transaction, bulkChangeId, { lock: true })
    if (row.result) return row.result
    await assertDone(transaction, bulkChangeId, 'execution')
    const summary = await summarizeBulkChange(transaction, bulkChangeId, 'changed')
    await transaction.db
      .updateTable('bulk_changes')
      .set({ result: JSON.stringify(summary), finished_at: now, updated_at: now })
      .where('id', '=', bulkChangeId)
      .execute()
    return summary
  })
}

async function assertDone(scoped: Scoped, id: string, phase: 'preview' | 'execution'): Promise<void> {
  const { rows } = await sql<{ open: number }>`
    select count(*) as open from bulk_change_slices
    where bulk_change_id = ${id} and phase = ${phase} and cursor < range_end`.execute(scoped.db)
  assert(rows[0]?.open === 0, `every slice of ${id} is done`)
}
