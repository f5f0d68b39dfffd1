import { assert, notFound } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { sharePlans } from '../subscriptions/subscription-facts.ts'
import type { BulkChangeSliceTable } from '../tables/bulk-change-tables.ts'
import { type BulkChangeRow, getBulkChange } from './bulk-changes.ts'

export type BulkChangePhase = BulkChangeSliceTable['phase']

/** Of which work on a bulk change is done: subscriptions by their ids in a range. */
export interface BulkChangeSlice {
  readonly bulkChangeId: string
  readonly phase: BulkChangePhase
  readonly slice: number
}

/**
 * Cuts the subscriptions that are to be previewed into at most so many key ranges, and notes what the prices of the target
 * plan are; once, so that what begins again finds the same slices.
 *
 * @returns the slices' numbers
 * @throws not_found for a plan that is gone
 */
export function beginBulkPreview(
  scoped: Scoped,
  { bulkChangeId, slicesMax, now }: { bulkChangeId: string; slicesMax: number; now: Date },
): Promise<readonly number[]> {
  return inTransaction(scoped, async (transaction) => {
    const row = await getBulkChange(transaction, bulkChangeId, { lock: true })
    if (row.subscriptions_total !== null) return listSlices(transaction, bulkChangeId, 'preview')
    const [plan] = await sharePlans(transaction, [row.target_plan_id])
    if (!plan) throw notFound('Plan', row.target_plan_id)
    const slices = await cutSlices(transaction, {
      ...{ bulkChangeId, phase: 'preview', slicesMax, now },
      ids: sql`select s.id from subscriptions s where ${chosen(row)}`,
    })
    await transaction.db
      .updateTable('bulk_changes')
      .set({
        target_sequence: plan.price_sequence,
        subscriptions_total: slices.reduce((sum, { due }) => sum + due, 0),
        updated_at: now,
      })
      .where('id', '=', bulkChangeId)
      .execute()
    return slices.map(({ slice }) => slice)
  })
}

/** Cuts what was previewed and is to be changed; once, as a preview is. @returns the slices' numbers */
export function beginBulkExecution(
  scoped: Scoped,
  cut: { bulkChangeId: string; slicesMax: number; now: Date },
): Promise<readonly number[]> {
  const { bulkChangeId } = cut
  return inTransaction(scoped, async (transaction) => {
    const { started_at: startedAt } = await getBulkChange(transaction, bulkChangeId, { lock: true })
    assert(startedAt !== null, `${bulkChangeId} was started by a request`)
    const known = await listSlices(transaction, bulkChangeId, 'execution')
    if (known.length > 0) return known
    const ids = sql`select subscription_id as id from bulk_change_items
      where bulk_change_id = ${bulkChangeId} and outcome = 'to_change'`
    const slices = await cutSlices(transaction, { ...cut, phase: 'execution', ids })
    return slices.map(({ slice }) => slice)
  })
}

async function cutSlices(
  scoped: Scoped,
  cut: {
    bulkChangeId: string
    phase: BulkChangePhase
    slicesMax: number
    now: Date
    ids: RawBuilder<unknown>
  },
): Promise<readonly { slice: number; due: number }[]> {
  const { rows } = await sql<{ slice: number; due: number }>`
    with cut as (
      select slice, max(id) as last, count(*) as due from (
        select id, (ntile(${cut.slicesMax}) over (order by id))::smallint - 1 as slice from (${cut.ids}) chosen
      ) numbered group by slice
    )
    insert into bulk_change_slices
      (bulk_change_id, phase, slice, environment_id, cursor, range_end, subscriptions_due, updated_at)
    select ${cut.bulkChangeId}, ${cut.phase}, slice, ${scoped.scope.environmentId},
      coalesce(lag(last) over (order by slice), ''), last, due, ${cut.now}
    from cut returning slice, subscriptions_due as due`.execute(scoped.db)
  return rows.toSorted((left, right) => left.slice - right.slice)
}

/** The subscriptions `s` that are asked for: of a plan those that run or could, of a list all, as each is to be told of. */
function chosen(row: BulkChangeRow): RawBuilder<boolean> {
  if (row.subscription_ids !== null) {
    return sql<boolean>`s.environment_id = ${row.environment_id} and s.status <> 'deleted'
      and s.id = any (${row.subscription_ids}::text[])`
  }
  return sql<boolean>`s.environment_id = ${row.environment_id} and s.status <> 'deleted'
    and s.plan_id = ${row.plan_id} and s.subscription_status <> 'cancelled'
    ${row.currency === null ? sql`` : sql`and s.currency = ${row.currency}`}
    ${row.billing_period === null ? sql`` : sql`and s.billing_period = ${row.billing_period}`}
    ${row.started_before === null ? sql`` : sql`and s.start_date < ${row.started_before}`}`
}

async function listSlices(
  scoped: Scoped,
  bulkChangeId: string,
  phase: BulkChangePhase,
): Promise<readonly number[]> {
  const rows = await scoped.db
    .selectFrom('bulk_change_slices')
    .select('slice')
    .where('bulk_change_id', '=', bulkChangeId)
    .where('phase', '=', phase)
    .orderBy('slice')
    .execute()
  return rows.map(({ slice }) => slice)
}

/** A slice that the caller's transaction holds: of two workers at one the second goes on behind the first. */
export async function holdBulkChangeSlice(
  scoped: Scoped,
  { bulkChangeId, phase, slice }: BulkChangeSlice,
): Promise<{ readonly cursor: string; readonly end: string }> {
  assert(scoped.db.isTransaction, 'a page is worked on in one transaction')
  const row = await scoped.db
    .selectFrom('bulk_change_slices')
    .select(['cursor', 'range_end as end'])
    .where('bulk_change_id', '=', bulkChangeId)
    .where('phase', '=', phase)
    .where('slice', '=', slice)
    .forUpdate()
    .executeTakeFirst()
  assert(row, `bulk change ${bulkChangeId} has a slice ${slice}`)
  return row
}

/** In the transaction that writes the page: a killed worker's next attempt goes on behind the last whole page. */
export async function moveBulkChangeSlice(
  scoped: Scoped,
  { bulkChangeId, phase, slice }: BulkChangeSlice,
  done: { cursor: string; processed: number; leftOut: number; now: Date },
): Promise<void> {
  await sql`
    update bulk_change_slices set cursor = ${done.cursor}, updated_at = ${done.now},
      subscriptions_processed = subscriptions_processed + ${done.processed}::bigint,
      subscriptions_left_out = subscriptions_left_out + ${done.leftOut}::bigint
    where bulk_change_id = ${bulkChangeId} and phase = ${phase} and slice = ${slice}`.execute(scoped.db)
}

/** The next subscriptions of a preview's slice, behind its cursor. */
export async function nextBulkPreviewIds(
  scoped: Scoped,
  bulk: BulkChangeRow,
  { cursor, end, rowsMax }: { cursor: string; end: string; rowsMax: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from subscriptions s
    where ${chosen(bulk)} and s.id > ${cursor} and s.id <= ${end} order by s.id limit ${rowsMax}`.execute(
    scoped.db,
  )
  return rows.map(({ id }) => id)
}

export interface BulkChangeProgress {
  readonly due: number
  readonly processed: number
  readonly leftOut: number
}

/** How far a phase is; undefined before its slices are cut. */
export async function getBulkChangeProgress(
  scoped: Scoped,
  bulkChangeId: string,
  phase: BulkChangePhase,
): Promise<BulkChangeProgress | undefined> {
  const { rows } = await sql<BulkChangeProgress>`
    select coalesce(sum(subscriptions_due), 0)::bigint as due,
      coalesce(sum(subscriptions_processed), 0)::bigint as processed,
      coalesce(sum(subscriptions_left_out), 0)::bigint as "leftOut"
    from bulk_change_slices
    where bulk_change_id = ${bulkChangeId} and environment_id = ${scoped.scope.environmentId} and phase = ${phase}
    having count(*) > 0`.execute(scoped.db)
  return rows[0]
}
