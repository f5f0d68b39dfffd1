import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** A part of a plan's subscriptions, by their ids: (start, end]. */
export interface KeyRange {
  readonly start: string
  /** Everything up to here is done. */
  readonly cursor: string
  readonly end: string
  /** Subscriptions that are still to be looked at. */
  readonly due: number
}

/** A run's slices in their order. */
export function listSlices(scoped: Scoped, runId: string) {
  return scoped.db
    .selectFrom('price_sync_slices')
    .select(['slice', 'range_start', 'cursor', 'range_end', 'subscriptions_due', 'subscriptions_processed'])
    .where('run_id', '=', runId)
    .orderBy('slice')
    .execute()
}

/** What a run has left, for the run that takes it over. */
export async function restOfSlices(scoped: Scoped, runId: string): Promise<KeyRange[]> {
  const slices = await listSlices(scoped, runId)
  return slices.map((slice) => ({
    start: slice.range_start,
    cursor: slice.cursor,
    end: slice.range_end,
    due: Math.max(0, slice.subscriptions_due - slice.subscriptions_processed),
  }))
}

/** Ranges of about as many subscriptions each that are behind, over the index alone. */
export async function cutRanges(
  scoped: Scoped,
  cut: { planId: string; slicesMax: number; targetSequence: number },
): Promise<KeyRange[]> {
  const { rows } = await sql<{ end: string; due: number }>`
    select max(id) as end, count(*) as due from (
      select id, ntile(${cut.slicesMax}) over (order by id) as slice from subscriptions
      where plan_id = ${cut.planId} and subscription_status <> 'cancelled'
        and synced_price_sequence < ${cut.targetSequence}
    ) numbered group by slice order by slice`.execute(scoped.db)
  return rows.map((row, index) => {
    const start = rows[index - 1]?.end ?? ''
    return { start, cursor: start, end: row.end, due: row.due }
  })
}

export async function insertSlices(
  scoped: Scoped,
  insert: { runId: string; ranges: readonly KeyRange[]; now: Date },
): Promise<void> {
  if (insert.ranges.length === 0) return
  const slices = insert.ranges.map((range, slice) => ({
    run_id: insert.runId,
    slice,
    environment_id: scoped.scope.environmentId,
    range_start: range.start,
    range_end: range.end,
    cursor: range.cursor,
    subscriptions_due: range.due,
    updated_at: insert.now,
  }))
  await scoped.db.insertInto('price_sync_slices').values(slices).execute()
}
