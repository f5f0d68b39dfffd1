import { keyReused, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation } from '../connection/row-changes.ts'
import type { BillingRunTable } from '../tables/billing-tables.ts'

export type BillingRunRow = Selectable<BillingRunTable>

export interface NewBillingRun {
  /** The same key is the same run. */
  readonly requestKey: string
  readonly requestHash: string
  readonly trigger: BillingRunRow['trigger']
  readonly asOf: Date
  /** Null: whatever is due. */
  readonly subscriptionIds: readonly string[] | null
  readonly dryRun: boolean
}

/**
 * Stores what is to be billed. Idempotent by its key.
 *
 * @returns the run, which may have run already
 * @throws key_reused when the key was used for another run
 */
export async function insertBillingRun(
  scoped: Scoped,
  asked: NewBillingRun,
  now: Date,
): Promise<BillingRunRow> {
  await scoped.db
    .insertInto('billing_runs')
    .values({
      id: newId('billingRun'),
      request_key: asked.requestKey,
      request_hash: asked.requestHash,
      trigger: asked.trigger,
      as_of: asked.asOf,
      clock_from: null,
      subscription_ids: asked.subscriptionIds,
      dry_run: asked.dryRun,
      workflow_id: null,
      workflow_run_id: null,
      finished_at: null,
      canceled_at: null,
      ...creation(scoped.scope, now),
    })
    .onConflict((conflict) => conflict.columns(['environment_id', 'request_key']).doNothing())
    .execute()
  const stored = await scoped.db
    .selectFrom('billing_runs')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('request_key', '=', asked.requestKey)
    .executeTakeFirstOrThrow()
  if (stored.request_hash === asked.requestHash) return stored
  throw keyReused()
}

/** Of which nothing was due: as if it had never been. */
export async function deleteBillingRun(scoped: Scoped, id: string): Promise<void> {
  await scoped.db
    .deleteFrom('billing_runs')
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .execute()
}

/** @throws not_found */
export async function getBillingRun(scoped: Scoped, id: string): Promise<BillingRunRow> {
  const row = await byId(scoped, id).executeTakeFirst()
  if (!row) throw notFound('Billing run', id)
  return row
}

/** Holds a run until the caller's transaction ends. @throws not_found */
export async function lockBillingRun(scoped: Scoped, id: string): Promise<BillingRunRow> {
  const row = await byId(scoped, id).forUpdate().executeTakeFirst()
  if (!row) throw notFound('Billing run', id)
  return row
}

function byId(scoped: Scoped, id: string) {
  return scoped.db
    .selectFrom('billing_runs')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
}

/** Newest first, before the cursor, which is the last id of the page before. */
export function listBillingRuns(
  scoped: Scoped,
  { cursor, limit }: { cursor: string | undefined; limit: number },
): Promise<BillingRunRow[]> {
  return scoped.db
    .selectFrom('billing_runs')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** Closes a run: done, or canceled in the middle, whose whole pages stay. Idempotent; the first end is kept. */
export async function endBillingRun(
  scoped: Scoped,
  { id, canceled, now }: { id: string; canceled: boolean; now: Date },
): Promise<void> {
  await scoped.db
    .updateTable('billing_runs')
    .set({ [canceled ? 'canceled_at' : 'finished_at']: now, ...change(scoped.scope, now) })
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('finished_at', 'is', null)
    .where('canceled_at', 'is', null)
    .execute()
}

export interface BillingRunCounts {
  readonly due: number
  readonly processed: number
  readonly failed: number
  readonly invoicesCreated: number
  readonly invoicesFinalized: number
  readonly schedulesFailed: number
  /** Of what was due: billed, closed or failed. */
  readonly done: number
}

const counts = sql`coalesce(sum(due), 0)::bigint as due, coalesce(sum(processed) filter (where work not in ('grants', 'expiries', 'topups')), 0)::bigint as processed,
  coalesce(sum(failed), 0)::bigint as failed, coalesce(sum(invoices_created), 0)::bigint as "invoicesCreated",
  coalesce(sum(invoices_finalized), 0)::bigint as "invoicesFinalized",
  coalesce(sum(schedules_failed), 0)::bigint as "schedulesFailed",
  coalesce(sum(failed + case work when 'drafts' then invoices_finalized else processed end), 0)::bigint as done`

export interface BillingRunTotal {
  readonly currency: string
  readonly invoices: number
  readonly total: string
}

/** How far each run is, by its slices' rows: of many runs in one question. What has no slices yet has no entry. */
export async function countBillingRuns(
  scoped: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BillingRunCounts>> {
  const { rows } = await sql<BillingRunCounts & { run_id: string }>`
    select run_id, ${counts}
    from billing_run_slices
    where run_id = any (${ids}::text[]) and environment_id = ${scoped.scope.environmentId}
    group by run_id`.execute(scoped.db)
  return new Map(rows.map(({ run_id, ...counts }) => [run_id, counts]))
}

export interface BillingProgress extends BillingRunCounts {
  /** Of a move of the clock: from where, to where, and where it stands. */
  readonly clockFrom: Date | null
  readonly clockTo: Date
  readonly clockAt: Date | null
}

/** How far the runs of a workflow's execution are, together; undefined before the first. */
export async function countRunsOfWorkflow(
  scoped: Scoped,
  workflowRunId: string,
): Promise<BillingProgress | undefined> {
  const { rows } = await sql<BillingProgress>`
    select ${counts}, min(r.clock_from) as "clockFrom", max(r.as_of) as "clockTo", min(e.clock_at) as "clockAt"
    from billing_runs r join environments e on e.id = r.environment_id left join billing_run_slices s on s.run_id = r.id
    where r.environment_id = ${scoped.scope.environmentId} and r.workflow_run_id = ${workflowRunId}
    having count(s.run_id) > 0 or min(r.clock_from) is not null`.execute(scoped.db)
  return rows[0]
}

/** What each run has billed, by currency. */
export async function sumBillingRuns(
  scoped: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly BillingRunTotal[]>> {
  const { rows } = await sql<BillingRunTotal & { run_id: string }>`
    select run_id, currency, sum(invoices)::bigint as invoices, sum(total) as total
    from billing_run_totals
    where run_id = any (${ids}::text[]) and environment_id = ${scoped.scope.environmentId}
    group by run_id, currency order by run_id, currency`.execute(scoped.db)
  return Map.groupBy(rows, ({ run_id }) => run_id)
}
